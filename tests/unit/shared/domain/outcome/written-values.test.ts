import { expect, test } from "vitest";
import type { Output } from "#shared/contracts/output.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import { writtenValues } from "#shared/domain/outcome/written-values.ts";

const flag = (name: string) => ({
  name,
  value: "1",
  updated_by: "ops",
  updated_at: 0,
  tenant_id: null,
  expires_at: null,
});
const written = (name: string): Output => ({ topic: "comms.flags", key: name, value: flag(name) });

test("the values of one topic come in their order, without tombstones, encoded records and other topics", () => {
  const outcomes: readonly Outcome[] = [
    { kind: "emit", outputs: [written("a"), { topic: "comms.tokens", key: "t", value: null }] },
    { kind: "deadLetter", reason: "COMMS_POISON", message: "Unreadable" },
    { kind: "drop", reason: "COMMS_EXPIRED", outputs: [{ topic: "comms.flags", key: "gone", value: null }] },
    {
      kind: "defer",
      reason: "COMMS_EXPIRED",
      outputs: [{ topic: "comms.flags", key: "raw", raw: Buffer.alloc(1) }, written("b")],
    },
  ];
  expect(writtenValues(outcomes, "comms.flags").map(({ name }) => name)).toEqual(["a", "b"]);
});
