import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foldSuppressions, rowOfLifting, rowOfSuppression } from "#processors/projector/core/suppression-row.ts";
import type { InRecord } from "#shared/contracts/log-record.ts";
import type { Suppression } from "#shared/contracts/records.ts";
import { suppressionKey } from "#shared/domain/message/record-keys.ts";

const entry: Suppression = {
  suppression_id: "s1",
  tenant_id: "default",
  channel: "SMS",
  address_hash: "v1:k1:ab",
  reason: "STOP",
  origin: "RECIPIENT",
  scope: "all",
  created_at: 0,
  msg_id: null,
  evidence: "",
};

function at(partition: number, offset: number): InRecord {
  const key = Buffer.from(suppressionKey(entry));
  return { topic: "comms.suppression", partition, offset, key, value: null, headers: {}, timestamp: offset * 1_000 };
}

describe("an entry of the suppression list [FBK-02]", () => {
  const fact = fc.record({ partition: fc.nat(1), offset: fc.nat(9), dead: fc.boolean() });
  const facts = fc.uniqueArray(fact, { minLength: 1, selector: (each) => `${each.partition}/${each.offset}` });

  function rowOf({ partition, offset, dead }: { partition: number; offset: number; dead: boolean }) {
    const row = dead
      ? rowOfLifting(at(partition, offset))
      : rowOfSuppression({ ...entry, created_at: offset }, at(partition, offset));
    if (row === undefined) throw new Error("The key was not read");
    return row;
  }

  it("is lifted exactly where the last record of its key is a tombstone, in any order", () => {
    fc.assert(
      fc.property(facts, fc.infiniteStream(fc.nat()), (log, draw) => {
        const shuffled = log.map((each) => ({ each, at: draw.next().value as number })).sort((a, b) => a.at - b.at);
        const rows = [...shuffled, ...shuffled].map(({ each }) => rowOf(each));
        const last = log.reduce((a, b) => ((b.partition - a.partition || b.offset - a.offset) > 0 ? b : a));
        const [row] = foldSuppressions(rows);
        expect(row?.lifted_at).toBe(last.dead ? last.offset * 1_000 : null);
        expect(foldSuppressions(log.map(rowOf))).toEqual([row]);
      }),
    );
  });
});
