import { expect, test } from "vitest";
import { gather } from "#shared/delivery/gather.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { createMemoryLedger } from "#tests/fakes/memory-ledger.ts";
import { aProfile, aSend, hasher, start } from "./sender-bench.ts";

/** What a sender knows of one message, if persons and suppressions are as of these instants. */
async function factsAsOf(
  channel: "EMAIL" | "INAPP",
  asOf: { readonly persons: number; readonly suppressions: number },
) {
  const trips: string[] = [];
  const person = { profile: aProfile(), preference: null, consents: [], tokens: [] };
  const parts = {
    channel,
    views: {
      persons: async (refs: readonly unknown[]) => {
        trips.push("persons");
        return { value: refs.map(() => person), asOf: asOf.persons };
      },
      suppressions: async (refs: readonly unknown[]) => {
        trips.push("suppressions");
        return { value: refs.map(() => []), asOf: asOf.suppressions };
      },
    },
    ledger: createMemoryLedger(),
    archive: { wasSent: async () => new Set<string>() },
    hasher,
  };
  const [facts] = await gather(parts, [aSend({ channel })], start);
  return { facts, trips };
}

test.each([
  ["persons", { persons: start - 2, suppressions: start - 1 }],
  ["suppressions", { persons: start - 1, suppressions: start - 2 }],
])("the views are as old as the older of both: %s", async (_, asOf) => {
  const { facts, trips } = await factsAsOf("EMAIL", asOf);
  expect(facts?.viewsAsOf).toBe(start - 2);
  expect(trips).toEqual(["persons", "suppressions"]);
});

test("without addresses, the age of the suppressions does not count and no trip is made for them", async () => {
  const { facts, trips } = await factsAsOf("INAPP", { persons: start - 1, suppressions: start - 2 });
  expect(facts?.viewsAsOf).toBe(start - 1);
  expect(trips).toEqual(["persons"]);
});

test("an archive that is away holds back the old messages of a batch, and says of the others that it does not know", async () => {
  const person = { profile: aProfile(), preference: null, consents: [], tokens: [] };
  const parts = {
    channel: "INAPP" as const,
    views: {
      persons: async (refs: readonly unknown[]) => ({ value: refs.map(() => person), asOf: start }),
      suppressions: async (refs: readonly unknown[]) => ({ value: refs.map(() => []), asOf: start }),
    },
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
