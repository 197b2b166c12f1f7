import type { ChannelDescriptor } from "./descriptor.ts";
import { normalisePhone } from "./phone.ts";
import { addressTargets } from "./targets.ts";

/** WhatsApp needs a consent by its own terms; its defaults follow those of texts. It has no content yet. */
export const whatsapp: ChannelDescriptor<never> = {
  channel: "WHATSAPP",
  targets: ({ person }) => addressTargets(person.profile?.phone, normalisePhone),
  normalise: normalisePhone,
  needsConsent: true,
  onByDefault: ["security"],
  fallback: [],
  content: null,
};
