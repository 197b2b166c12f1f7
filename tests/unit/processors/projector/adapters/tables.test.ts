import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { statements } from "#processors/projector/adapters/tables.ts";
import { environmentWith } from "#shared/platform/config/environment.ts";

/** `COMMS_GOLDEN=refresh` writes the files again; read the diff before you commit it. */
const refresh = environmentWith()["COMMS_GOLDEN"] === "refresh";
const golden = join(import.meta.dirname, "../../../../golden/sql");

describe("the statements of the projector", () => {
  it.each(Object.entries(statements))("%s is the text of its golden file", (name, { text }) => {
    const path = join(golden, `${name}.sql`);
    if (refresh) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    expect(text).toBe(readFileSync(path, "utf8"));
  });
});
