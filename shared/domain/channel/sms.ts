import type { ChannelDescriptor } from "./descriptor.ts";
import { normalisePhone } from "./phone.ts";
import { addressTargets } from "./targets.ts";

/** Texts. They need a consent by law (TCPA, PRF-06). */
export const sms: ChannelDescriptor = {
  channel: "SMS",
  targets: ({ person }) => addressTargets(person.profile?.phone, normalisePhone),
  normalise: normalisePhone,
  needsConsent: true,
  onByDefault: ["security"],
};
