import type { Token } from "#shared/contracts/records.ts";
import type { Target, Targets } from "../delivery/target.ts";
import { dataValue, dataWithout, line, prose } from "./content-part.ts";
import type { ChannelDescriptor } from "./descriptor.ts";

/** A push to every device of a person. */
export interface PushContent {
  readonly channel: "PUSH";
  readonly title: string;
  readonly body: string;
  /** Strings only: FCM takes nothing else in `data`. */
  readonly data: Readonly<Record<string, string>>;
  readonly collapseKey: string | null;
}

/** The number of devices that a message goes to at most: those seen last. */
export const devicesMax = 20;

/** Push. A device reports a token before its owner has allowed anything, so it needs a consent (PRF-05). */
export const push: ChannelDescriptor<PushContent> = {
  channel: "PUSH",
  targets: ({ person }) => devicesOf(person.tokens),
  normalise: null,
  needsConsent: true,
  onByDefault: ["booking", "messages", "reviews"],
  fallback: [],
  content: {
    parts: {
      title: line("subject"),
      body: prose("text"),
      data: dataWithout("collapse_key"),
      collapseKey: dataValue("collapse_key"),
    },
    files: { subject: "push.title.liquid", mjml: null, text: "push.txt.liquid", data: "push.json" },
    columns: { push_json: "note" },
  },
};

/**
 * A person's devices (PSH-02, KV-01), those seen last first. A device that has registered another token since is called by
 * the later one only, and a token is called once.
 */
export function devicesOf(tokens: readonly Token[]): Targets {
  const latestFirst = tokens.filter(({ token }) => token !== "").toSorted((a, b) => b.last_seen - a.last_seen);
  const devices = new Set<string>();
  const called = new Set<string>();
  const targets: Target[] = [];
  for (const { token, device_id } of latestFirst) {
    const isKnown = called.has(token) || (device_id !== "" && devices.has(device_id));
    devices.add(device_id);
    called.add(token);
    if (!isKnown) targets.push({ address: token, deviceId: device_id });
  }
  return targets.length === 0 ? "none" : targets.slice(0, devicesMax);
}
