import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { gateIssues, readLineages } from "#tools/gate.ts";
import { driftedFiles } from "#tools/generate.ts";

const folder = fileURLToPath(new URL("../../schemas/", import.meta.url));
const lineages = readLineages(folder);

describe("the schemas", () => {
  test("follow the rules, were released, and go with every version that ever was", () => {
    expect(gateIssues(lineages)).toEqual([]);
  });

  test("have a history each, so the gate looked at something", () => {
    expect(lineages.length).toBeGreaterThanOrEqual(18);
    expect(lineages.filter(({ released }) => released.length === 0)).toEqual([]);
  });

  test("are what the generated types and pages say", () => {
    expect(driftedFiles()).toEqual([]);
  });

  const products = ["decision", "feedback"];
  test.each(products)("%s is pseudonymous: no field tells a person directly", (record) => {
    const lineage = lineages.find((each) => each.record === record);
    expect(lineage?.current).toContain(`"pii": "pseudonym"`);
    expect(lineage?.current).not.toContain(`"pii": "direct"`);
  });

  const head = [
    "event_id",
    "occurred_at",
    "recorded_at",
    "tenant_id",
    "user_id",
    "msg_id",
    "correlation_id",
    "causation_id",
  ];
  test.each(["accepted", "decision", "digest-item", "feedback", "rendered", "routed", "send"])(
    "%s begins with the common head",
    (record) => {
      const current = lineages.find((each) => each.record === record)?.current ?? "{}";
      const names = JSON.parse(current).fields.map((field: { name: string }) => field.name);
      expect(names.slice(0, head.length)).toEqual(head);
    },
  );
});
