import { createDedupeClaim } from "#processors/router/claims/dedupe.ts";
import { createRouter, type RouterParts } from "#processors/router/processor.ts";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Output } from "#shared/contracts/output.ts";
import type { Accepted, Cancellation, Channel, Flag, RecordTypes, Suppression } from "#shared/contracts/records.ts";
import type { TopicName, TopicRecordName } from "#shared/contracts/topics.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { AddressRef, Person, PersonRef } from "#shared/domain/recipient/person.ts";
import type { TemplateChoice } from "#shared/domain/template/template-choice.ts";
import { createMemoryDedupe } from "#tests/fakes/memory-dedupe.ts";
import { aPerson, noon } from "./records.ts";

/** The records and templates that the router's lookups return. */
export interface World {
  readonly person?: Person;
  /** The cancellation of every cause. */
  readonly cancelled?: Cancellation;
  /** Default 0. */
  readonly viewsAgeMs?: number;
  readonly flags?: ReadonlyMap<string, Flag>;
  readonly entries?: (ref: AddressRef) => readonly Suppression[];
  readonly active?: (name: string, channel: Channel) => TemplateChoice | undefined;
  readonly version?: (name: string, channel: Channel, version: number) => TemplateChoice | undefined;
}

/** A router in a world of one person, the calls that it made, and the decisions whose claims it was told to keep. It encodes payloads as JSON. */
export function routerIn(world: World = {}) {
  const calls: string[] = [];
  const kept: string[] = [];
  const aged = <T>(value: T) => Promise.resolve({ value, ageMs: world.viewsAgeMs ?? 0 });
  const record = <T>(call: string, answer: T): T => {
    calls.push(call);
    return answer;
  };
  const dedupe = createMemoryDedupe();
  const parts: RouterParts = {
    views: {
      persons: (refs: readonly PersonRef[]) => record("persons", aged(refs.map(() => world.person ?? aPerson()))),
      stops: (refs) => {
        const flags = world.flags ?? new Map<string, Flag>();
        return record("stops", aged({ cancellations: refs.map(() => world.cancelled ?? null), flags }));
      },
      flags: () => record("flags", aged(world.flags ?? new Map<string, Flag>())),
      suppressions: (refs) => record("suppressions", aged(refs.map(world.entries ?? (() => [])))),
    },
    hasher: { hashes: (channel) => [`v1:new:${channel}`, `v1:old:${channel}`] },
    templates: {
      active: world.active ?? (() => ({ version: 3, locales: ["en-US"] })),
      version: world.version ?? ((_name, _channel, version) => ({ version, locales: ["en-US"] })),
    },
    viewAgeMsMax: 5_000,
    claims: [createDedupeClaim({ claim: (keys, now) => record(`claim ${keys.length}`, dedupe.claim(keys, now)) })],
    dedupe: {
      keep: async (decisions) => void kept.push(...decisions.map(({ channel, verdict }) => `${channel} ${verdict}`)),
    },
    encode: (topic, value) => Buffer.from(JSON.stringify({ topic, value })),
  };
  const router = createRouter(parts);

  const runAll = async (
    values: readonly Accepted[],
    now = noon,
    headers: Readonly<Record<string, Buffer>> = {},
  ): Promise<readonly Outcome[]> => {
    const origin = { headers } as DecodedRecord<Accepted>["origin"];
    const batch = values.map((value) => ({ value, topic: "comms.accepted" as const, origin }));
    const facts = await router.gather(batch, now);
    return batch.map((record, i) => router.decide(record, facts[i] as never, now) as Outcome);
  };
  const run = async (value: Accepted, now?: number, headers?: Readonly<Record<string, Buffer>>): Promise<Outcome> =>
    (await runAll([value], now, headers))[0] as Outcome;
  return { run, runAll, calls, kept, afterWrite: router.afterWrite };
}

export function outputsOf(outcome: Outcome): readonly Output[] {
  return outcome.kind === "deadLetter" ? [] : outcome.outputs;
}

/** The values written to a topic. */
export function written<Topic extends TopicName>(outcome: Outcome, topic: Topic) {
  const values = outputsOf(outcome).flatMap((output) =>
    output.topic === topic && "value" in output ? [output.value] : [],
  );
  return values as unknown as readonly RecordTypes[TopicRecordName<Topic>][];
}

/** `EMAIL PASS`, `SMS DROP COMMS_CONSENT_MISSING`: one line a decision. */
export function verdicts(outcome: Outcome): readonly string[] {
  return written(outcome, "comms.decisions").map(({ channel, verdict, reason }) =>
    [channel, verdict, reason].filter((part) => part !== null).join(" "),
  );
}

/** The record that the scheduler would give back. */
export function released(payload: Buffer): Accepted {
  return (JSON.parse(payload.toString()) as { value: Accepted }).value;
}
