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
      unread: [],
    });
  });

  test("a setting whose own name ends so keeps its value, and what is empty is not set", () => {
    const written = { COMMS_LOG_FILE: "/var/log/x", COMMS_EMPTY: "", COMMS_TOKEN_FILE: "", COMMS_NONE: undefined };
    expect(resolve(written, ["COMMS_LOG_FILE"])).toEqual({
      values: { COMMS_LOG_FILE: "/var/log/x" },
      issues: [],
      unread: [],
    });
  });

  test("a file that cannot be read is an issue that does not repeat its path", () => {
    expect(resolve({ COMMS_TOKEN_FILE: "/no/such/canary" })).toEqual({
      values: {},
      issues: ["COMMS_TOKEN_FILE: the file that it names cannot be read"],
      unread: ["COMMS_TOKEN"],
    });
  });

  test.each([
    [{ COMMS_TOKEN: "a", COMMS_TOKEN_FILE: "/run/secrets/token" }],
    [{ COMMS_TOKEN_FILE: "/run/secrets/token", COMMS_TOKEN: "a" }],
  ])("a value and a file for one setting are an issue, in either order", (written) => {
    expect(resolve(written)).toEqual({
      values: { COMMS_TOKEN: "a" },
      issues: ["COMMS_TOKEN_FILE: is set beside COMMS_TOKEN; keep one of them"],
      unread: [],
    });
  });
});
