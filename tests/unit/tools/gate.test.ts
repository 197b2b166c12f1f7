import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { gateIssues, hasDrifted, type Lineage, readLineages, release } from "#tools/gate.ts";

const field = (name: string, extra: object = {}): object => ({
  name,
  type: "string",
  doc: "D.",
  pii: "none",
  ...extra,
});
const schema = (...fields: readonly object[]): string =>
  JSON.stringify({ type: "record", name: "Thing", doc: "D.", fields });
const lineage = (current: string, ...released: readonly string[]): Lineage => ({ record: "thing", current, released });

describe("the gate", () => {
  test("passes a schema that was released and goes with its past", () => {
    const [one, two] = [schema(field("a")), schema(field("a"), field("b", { default: "" }))];
    expect(gateIssues([lineage(two, one, two)])).toEqual([]);
  });

  test("refuses the fixture: each step is fit, the first and the last are not", () => {
    const folder = fileURLToPath(new URL("../../fixtures/schemas/", import.meta.url));
    const faults = gateIssues(readLineages(folder));
    expect(faults).toContainEqual(
      expect.stringContaining("thing: version 1 and version 3: The newer version cannot read"),
    );
    expect(
      faults.filter((fault) => /version [12] and version [23]/.test(fault) && !/1 and version 3/.test(fault)),
    ).toEqual([]);
  });

  test("refuses a current schema that breaks a rule", () => {
    const one = schema(field("a", { pii: undefined }));
    expect(gateIssues([lineage(one, one)])).toEqual(["thing: a has no pii of none, pseudonym or direct"]);
  });

  test("refuses a current schema that was not released", () => {
    const faults = gateIssues([lineage(schema(field("a", { doc: "Other." })), schema(field("a")))]);
    expect(faults).toEqual([expect.stringContaining("never released")]);
  });

  test("does not mind white space", () => {
    expect(hasDrifted(lineage(`${schema(field("a"))}\n`, schema(field("a"))))).toBe(false);
  });
});

describe("releasing", () => {
  let folder: string;
  const write = (text: string): void => writeFileSync(join(folder, "avro/thing.avsc"), text);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "schemas-"));
    cpSync(new URL("../../fixtures/schemas/avro", import.meta.url), join(folder, "avro"), { recursive: true });
    write(schema(field("a")));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("adds the first version, and the next only when something changed", () => {
    expect(release(folder)).toEqual([join(folder, "history/thing/1.avsc")]);
    expect(release(folder)).toEqual([]);
    write(schema(field("a"), field("b", { default: "" })));
    expect(release(folder)).toEqual([join(folder, "history/thing/2.avsc")]);
    expect(gateIssues(readLineages(folder))).toEqual([]);
  });

  test("does not add what the past forbids", () => {
    release(folder);
    write(schema(field("a", { type: "long" })));
    expect(release(folder)).toEqual([]);
    expect(gateIssues(readLineages(folder))).not.toEqual([]);
  });

  test("a gap in the history is an error", () => {
    release(folder);
    cpSync(join(folder, "history/thing/1.avsc"), join(folder, "history/thing/3.avsc"));
    expect(() => readLineages(folder)).toThrow("2.avsc");
  });

  test("a record that was released and has no current schema is an error", () => {
    release(folder);
    rmSync(join(folder, "avro/thing.avsc"));
    expect(() => readLineages(folder)).toThrow("thing.avsc");
  });
});
