import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foldRows, mergeRows } from "#processors/projector/core/merge-rows.ts";
import { type MessageRow, unknownParts } from "#processors/projector/core/message-row.ts";
import type { Status } from "#shared/contracts/records.ts";
import { lattice } from "#shared/domain/status/status.ts";

const statuses = Object.keys(lattice) as Status[];

/** Rows of one message; what a group holds follows from its stamp, as it does where the stamp names the record. */
const row: fc.Arbitrary<MessageRow> = fc
  .record({
    d: fc.nat(9),
    s: fc.nat(9),
    status: fc.constantFrom(...statuses),
    p: fc.nat(9),
    e: fc.nat(9),
    at: fc.nat(9),
    n: fc.nat(3),
  })
  .map(({ d, s, status, p, e, at, n }) => ({
    ...unknownParts,
    msg_id: "m1",
    tenant_id: "t",
    user_id: "u",
    channel: "email",
    template_name: "n",
    cause_ref: "c",
    event_id: `e${d}`,
    correlation_id: `c${d}`,
    cause_event: `x${d}`,
    template_version: d,
    category_key: `k${d}`,
    locale: `l${d}`,
    dedupe_key: `q${d}`,
    described_stamp: `${d}`,
    status,
    reason: `r${s}${status}`,
    due_at: s,
    status_stamp: `${s}`,
    provider: `p${p}`,
    provider_ref: `f${p}`,
    provider_stamp: `${p}`,
    last_error_code: e === 0 ? null : `${e}`,
    error_stamp: e === 0 ? "" : `${e}`,
    attempts: n,
    created_at: at,
    updated_at: at,
    sent_at: n === 0 ? null : at,
  }));

describe("mergeRows", () => {
  it("is commutative, associative and idempotent", () => {
    fc.assert(
      fc.property(row, row, row, (a, b, c) => {
        expect(mergeRows(a, a)).toEqual(a);
        expect(mergeRows(a, b)).toEqual(mergeRows(b, a));
        expect(mergeRows(mergeRows(a, b), c)).toEqual(mergeRows(a, mergeRows(b, c)));
      }),
    );
  });
});

describe("foldRows", () => {
  it("leaves one row a message, in the order of their ids", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(row, fc.constantFrom("m3", "m1", "m2"))), (pairs) => {
        const ids = foldRows(pairs.map(([each, msg_id]) => ({ ...each, msg_id }))).map((each) => each.msg_id);
        expect(ids).toEqual([...new Set(pairs.map(([, msg_id]) => msg_id))].sort());
      }),
    );
  });
});
