import { expect, test } from "vitest";
import { gather } from "#shared/delivery/gather.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { createMemoryLedger } from "#tests/fakes/memory-ledger.ts";
import { aFlag } from "#tests/support/policy/records.ts";
import { anAccount, aProfile, aSend, hasher, start } from "./sender-bench.ts";

const flags = new Map([aFlag("comms.pause.channel.email", true)]);
const stopsOf = (refs: readonly unknown[]) => ({ cancellations: refs.map(() => null), flags });
const account = anAccount({
  adapter: { answers: {}, send: () => Promise.reject(new Error("no call")), close: async () => {} },
});
const common = { route: () => [account] as const, flags: { note: () => {} } };

/** What a sender knows of one message, if persons and suppressions are so old, ms. */
async function factsOfAge(
  channel: "EMAIL" | "INAPP",
  age: { readonly persons: number; readonly suppressions: number; readonly stops?: number },
) {
  const trips: string[] = [];
  const person = { profile: aProfile(), preference: null, consents: [], tokens: [] };
  const parts = {
    channel,
    views: {
      persons: async (refs: readonly unknown[]) => {
        trips.push("persons");
        return { value: refs.map(() => person), ageMs: age.persons };
      },
      stops: async (refs: readonly unknown[]) => ({ value: stopsOf(refs), ageMs: age.stops ?? 0 }),
      suppressions: async (refs: readonly unknown[]) => {
        trips.push("suppressions");
        return { value: refs.map(() => []), ageMs: age.suppressions };
      },
    },
    ...common,
    ledger: createMemoryLedger(),
    archive: { wasSent: async () => new Set<string>() },
    hasher,
  };
  const [facts] = await gather(parts, [aSend({ channel })], start);
  return { facts, trips };
}

test.each([
  ["persons", { persons: 2, suppressions: 1 }],
  ["suppressions", { persons: 1, suppressions: 2 }],
  ["cancellations and flags", { persons: 1, suppressions: 1, stops: 2 }],
])("the views are as old as the oldest of them: %s", async (_, age) => {
  const { facts, trips } = await factsOfAge("EMAIL", age);
  expect(facts).toMatchObject({ viewsAgeMs: 2, flags, account: { id: "fake:default", provider: "fake" } });
  expect(trips).toEqual(["persons", "suppressions"]);
});

test("without addresses, the age of the suppressions does not count and no trip is made for them", async () => {
  const { facts, trips } = await factsOfAge("INAPP", { persons: 1, suppressions: 2 });
  expect(facts?.viewsAgeMs).toBe(1);
  expect(trips).toEqual(["persons"]);
});

test("an archive that is away holds back the old messages of a batch, and says of the others that it does not know", async () => {
  const person = { profile: aProfile(), preference: null, consents: [], tokens: [] };
  const parts = {
    channel: "INAPP" as const,
    views: {
      persons: async (refs: readonly unknown[]) => ({ value: refs.map(() => person), ageMs: 0 }),
      suppressions: async (refs: readonly unknown[]) => ({ value: refs.map(() => []), ageMs: 0 }),
      stops: async (refs: readonly unknown[]) => ({ value: stopsOf(refs), ageMs: 0 }),
    },
    ...common,
    ledger: createMemoryLedger(),
    archive: {
      wasSent: () => Promise.reject(new AppError("POSTGRES_UNAVAILABLE", "away", { retryable: true })),
    },
    hasher,
  };
  const old = aSend({ msg_id: "m-old", channel: "INAPP", occurred_at: start - 5 * 24 * 3_600_000 });
  const facts = await gather(parts, [old, aSend({ channel: "INAPP" })], start);
  expect(facts.map(({ archived }) => archived)).toEqual(["forgotten", "unknown"]);
});
