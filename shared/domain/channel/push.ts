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
