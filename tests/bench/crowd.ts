import { type Character, introduce, zoneWhereItIs } from "#cli/demo/people.ts";
import { produce } from "#cli/prepare.ts";
import type { Output } from "#shared/contracts/output.ts";
import { deriveId, personKey } from "#shared/domain/message/id.ts";
import { suppressionKey } from "#shared/domain/message/record-keys.ts";
import { createAddressHasher } from "#shared/platform/crypto/address-hash.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import { untilKnown } from "#tests/support/world/people.ts";
import type { World } from "#tests/support/world.ts";
import type { Crowd } from "./load.ts";

/** So many people on each channel, and as many again whose address is suppressed. It is noon for all of them. */
function crowdOf(run: string, each: number): Crowd {
  const now = Date.now();
  const base = { phone: null, locale: "en-US", tz: zoneWhereItIs(12, now), push: false, sms: false, note: "" };
  const some = (kind: string, more: (n: number) => Partial<Character>): readonly Character[] =>
    Array.from({ length: each }, (_, n) => {
      const userId = `${kind}-${run}-${n}`;
      return { ...base, userId, email: `${userId}@example.com`, ...more(n) };
    });
  return {
    emailed: some("emailed", () => ({})),
    pushed: some("pushed", () => ({ push: true })),
    texted: some("texted", (n) => ({ sms: true, phone: `+1415555${String(1000 + (n % 9000)).padStart(4, "0")}` })),
    suppressed: some("suppressed", () => ({})),
  };
}

/** Produces the records of a crowd, and waits until the views have them. */
export async function meet({ prefix, platform }: World, each: number): Promise<Crowd> {
  const crowd = crowdOf(prefix.replace(".", ""), each);
  await produce(platform, tellOf(crowd, platform));
  await untilKnown(platform.views(), [...crowd.emailed, ...crowd.pushed, ...crowd.texted], 60_000);
  return crowd;
}

/** Produces their records. Each takes promotions on one channel alone, so that an event is one message. */
function tellOf(crowd: Crowd, platform: Pick<ProcessContext, "hasher">): readonly Output[] {
  const now = Date.now();
  return [
    ...introduce([...crowd.emailed, ...crowd.pushed, ...crowd.texted, ...crowd.suppressed], now),
    ...[...crowd.emailed, ...crowd.suppressed].map((one) => wants(one, "EMAIL", now)),
    ...crowd.pushed.map((one) => wants(one, "PUSH", now)),
    ...crowd.suppressed.map((one) => suppressedAddress(one, platform.hasher, now)),
  ];
}

function wants({ userId }: Character, channel: "EMAIL" | "PUSH", now: number): Output {
  const channels = (["EMAIL", "PUSH"] as const).map((one) => ({
    channel: one,
    category: "promotions",
    opted_in: one === channel,
  }));
  const value = {
    tenant_id: "default",
    user_id: userId,
    channels,
    quiet_hours: null,
    do_not_track: false,
    updated_at: now,
  };
  return { topic: "comms.preferences", key: personKey("default", userId), value };
}

function suppressedAddress({ email }: Character, hasher: ReturnType<typeof createAddressHasher>, now: number): Output {
  const name = {
    tenant_id: "default",
    channel: "EMAIL",
    address_hash: hasher.hash("EMAIL", email),
    reason: "HARD_BOUNCE",
    origin: "PROVIDER",
    scope: "all",
  } as const;
  const key = suppressionKey(name);
  const value = {
    ...name,
    suppression_id: deriveId("suppression", key),
    created_at: now,
    msg_id: null,
    evidence: "bench",
  };
  return { topic: "comms.suppression", key, value };
}
