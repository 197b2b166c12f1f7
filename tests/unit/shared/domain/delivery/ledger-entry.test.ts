import { describe, expect, test } from "vitest";
import { callsMade, decodeEntry, type LedgerEntry, stateOf } from "#shared/domain/delivery/ledger-entry.ts";

const now = 1_000;
const claimed: LedgerEntry = {
  state: "C",
  attempt: 2,
  leaseUntil: 0,
  since: 0,
  doubt: false,
  crashes: 0,
  owner: "a",
  note: "",
};

describe("an entry as Redis holds it", () => {
  test.each([
    ["K|2|1050|1000|1|a|{}", { state: "K", attempt: 2, leaseUntil: 1_050, since: 1_000, doubt: true, owner: "a" }],
    ["K|3|1050|1000|2|a|", { doubt: true, crashes: 1 }],
    ["S|1|||||", { state: "S", attempt: 1, leaseUntil: 0, since: 0, doubt: false, owner: "", note: "" }],
    ['F|1|||||{"a":"|\\n"}', { note: '{"a":"|\\n"}' }],
    ["F|1|||||two\nlines", { note: "two\nlines" }],
  ])("%j is read", (text, expected) => {
    expect(decodeEntry(text)).toMatchObject(expected);
  });

  test.each(["", "X|1|||||", "S|x|||||", "S|1|||x||", "S|1||"])("%j is none", (text) => {
    expect(decodeEntry(text)).toBeUndefined();
  });
});

describe("the state of an entry for a sender", () => {
  test.each<{ name: string; over: Partial<LedgerEntry> | null; attempt?: number; expected: object }>([
    { name: "none", over: null, expected: { kind: "free" } },
    { name: "a claim", over: { leaseUntil: now + 1 }, expected: { kind: "held", owner: "a", until: now + 1 } },
    { name: "an expired claim", over: { leaseUntil: now }, expected: { kind: "free" } },
    {
      name: "an expired claim in doubt",
      over: { leaseUntil: now, doubt: true, since: 7 },
      expected: { kind: "ambiguous", since: 7, calls: 1 },
    },
    {
      name: "an expired call",
      over: { state: "K", leaseUntil: now, since: 7 },
      expected: { kind: "ambiguous", calls: 2 },
    },
    {
      name: "a refused attempt",
      over: { state: "R", note: "n" },
      expected: { kind: "retrying", attempt: 2, note: "n" },
    },
    { name: "a refused attempt before", over: { state: "R" }, attempt: 3, expected: { kind: "free" } },
    { name: "a sent message", over: { state: "S" }, attempt: 9, expected: { kind: "sent", attempt: 2 } },
    { name: "a failed message", over: { state: "F" }, expected: { kind: "failed" } },
    { name: "a dropped message", over: { state: "D" }, expected: { kind: "dropped" } },
  ])("$name", ({ over, attempt = 2, expected }) => {
    expect(stateOf(over ? { ...claimed, ...over } : undefined, { attempt }, now)).toMatchObject(expected);
  });

  test("a claim has not made its own call, a call has", () => {
    expect([callsMade(claimed), callsMade({ ...claimed, state: "K" })]).toEqual([1, 2]);
  });
});
