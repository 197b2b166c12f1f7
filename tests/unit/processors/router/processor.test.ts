import { describe, expect, test } from "vitest";
import { createRouter, type RouterParts } from "#processors/router/processor.ts";
import type { Accepted, Decision, Routed, Suppression } from "#shared/avro/records.ts";
import { createMemoryDedupe } from "#shared/dedupe/memory-dedupe.ts";
import type { Outcome, Received } from "#shared/processor/processor.ts";
import type { AddressRef, Person, PersonRef } from "#shared/views/views.ts";
import { anAccepted, aPerson, aSuppression, noon } from "../../../support/policy/records.ts";

interface World {
  readonly person?: Person;
  readonly entries?: (ref: AddressRef) => readonly Suppression[];
}

function routerIn({ person = aPerson(), entries = () => [] }: World = {}) {
  const calls: string[] = [];
  const asOf = <T>(value: T) => Promise.resolve({ value, asOf: noon });
  const dedupe = createMemoryDedupe();
  const parts: RouterParts = {
    views: {
      persons: (refs: readonly PersonRef[]) => (calls.push("persons"), asOf(refs.map(() => person))),
      flags: () => (calls.push("flags"), asOf(new Map())),
      suppressions: (refs: readonly AddressRef[]) => (calls.push("suppressions"), asOf(refs.map(entries))),
    },
    hasher: { hashes: (channel) => [`v1:new:${channel}`, `v1:old:${channel}`] },
    templates: {
      active: () => ({ version: 3, locales: ["en-US"] }),
      version: () => ({ version: 2, locales: ["en-US"] }),
    },
    dedupe: { claim: (claims, now) => (calls.push(`claim ${claims.length}`), dedupe.claim(claims, now)) },
    encode: (topic, value) => Buffer.from(JSON.stringify({ topic, value })),
  };
  const router = createRouter(parts);
  const run = async (values: readonly Accepted[], now = noon): Promise<readonly Outcome[]> => {
    const batch = values.map((value) => ({ value, topic: "comms.accepted" }) as Received<Accepted>);
    const facts = await router.gather(batch, now);
    return batch.map((record, i) => router.decide(record, facts[i] as never, now) as Outcome);
  };
  return { run, calls };
}

function written<T>(outcome: Outcome | undefined, topic: string): readonly T[] {
  const outputs = outcome && outcome.kind !== "reject" ? outcome.outputs : [];
  return outputs.filter((output) => output.topic === topic).map((output) => (output as { value: unknown }).value as T);
}

describe("router [CAN-02] [INT-04] [INT-05] [RTR-03] [RTR-09]", () => {
  test("given a confirmed booking and a person open on every channel, it routes four messages with a decision each", async () => {
    const { run } = routerIn();
    const [outcome] = await run([anAccepted()]);

    const routed = written<Routed>(outcome, "comms.routed");
    const decisions = written<Decision>(outcome, "comms.decisions");
    expect(outcome?.kind).toBe("emit");
    expect(routed.map(({ channel }) => channel)).toEqual(["EMAIL", "PUSH", "SMS", "INAPP"]);
    expect(routed.map(({ msg_id }) => msg_id)).toEqual(decisions.map(({ msg_id }) => msg_id));
    expect(decisions.every(({ verdict, reason }) => verdict === "PASS" && reason === null)).toBe(true);
    expect(new Set(routed.map(({ template_version }) => template_version))).toEqual(new Set([3]));
    expect(routed.map(({ address_hash }) => address_hash)).toEqual(["v1:new:EMAIL", null, "v1:new:SMS", null]);
  });

  test("given a batch, it makes two trips for the facts and one for the keys, however many records there are", async () => {
    const { run, calls } = routerIn();
    await run(["u1", "u2", "u3"].map((user_id) => anAccepted({ user_id })));
    expect(calls).toEqual(["persons", "flags", "suppressions", "claim 12"]);
  });

  test("given an entry under a retired pepper, the address stays suppressed", async () => {
    const old = ({ addressHash }: AddressRef) => (addressHash === "v1:old:EMAIL" ? [aSuppression()] : []);
    const [outcome] = await routerIn({ entries: old }).run([anAccepted({ channels: ["EMAIL"] })]);
    expect(outcome).toMatchObject({ kind: "drop", reason: "COMMS_SUPPRESSED" });
    expect(written(outcome, "comms.routed")).toEqual([]);
  });
});
