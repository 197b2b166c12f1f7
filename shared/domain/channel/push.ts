import type { Token } from "#shared/contracts/records.ts";
import type { Target, Targets } from "../delivery/target.ts";
import type { ChannelDescriptor } from "./descriptor.ts";

/** The number of devices that a message goes to at most: those seen last. */
export const devicesMax = 20;

/** Push. A device reports a token before its owner has allowed anything, so it needs a consent (PRF-05). */
export const push: ChannelDescriptor = {
  channel: "PUSH",
  targets: ({ person }) => devicesOf(person.tokens),
  normalise: null,
  needsConsent: true,
  onByDefault: ["booking", "messages", "reviews"],
};

/** A person's devices, each token once (PSH-02, KV-01). */
export function devicesOf(tokens: readonly Token[]): Targets {
  const latest = new Map<string, Target>();
  for (const { token, device_id } of tokens.toSorted((a, b) => a.last_seen - b.last_seen))
    if (token !== "") {
      latest.delete(token);
      latest.set(token, { address: token, deviceId: device_id });
    }
  const targets = [...latest.values()].toReversed().slice(0, devicesMax);
  return targets.length === 0 ? "none" : targets;
}
