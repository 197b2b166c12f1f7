import { describe, expect, test } from "vitest";
import { resolveFiles } from "#shared/platform/config/file-values.ts";

const files: Readonly<Record<string, string>> = { "/run/secrets/token": "from-a-file" };
function readFile(path: string): string {
  const text = files[path];
  if (text === undefined) throw new Error(`ENOENT: ${path}`);
  return text;
}

const resolve = (written: Readonly<Record<string, string | undefined>>, settings: readonly string[] = []) =>
  resolveFiles(written, { settings: new Set(settings), readFile });

describe("values that lie in files", () => {
  test("take the place of the file's name", () => {
    expect(resolve({ COMMS_TOKEN_FILE: "/run/secrets/token", COMMS_USER: "u" })).toEqual({
      values: { COMMS_TOKEN: "from-a-file", COMMS_USER: "u" },
      issues: [],
    });
  });

  test("a setting whose own name ends so keeps its value, and what is empty is not set", () => {
    const written = { COMMS_LOG_FILE: "/var/log/x", COMMS_EMPTY: "", COMMS_TOKEN_FILE: "", COMMS_NONE: undefined };
    expect(resolve(written, ["COMMS_LOG_FILE"])).toEqual({ values: { COMMS_LOG_FILE: "/var/log/x" }, issues: [] });
  });

  test("a file that cannot be read is an issue that does not repeat its path", () => {
    const { values, issues } = resolve({ COMMS_TOKEN_FILE: "/no/such/canary" });
    expect(values).toEqual({});
    expect(issues).toEqual(["COMMS_TOKEN_FILE: the file that it names cannot be read"]);
  });
});
