import { prose } from "./content-part.ts";
import type { ChannelDescriptor } from "./descriptor.ts";
import { normalisePhone } from "./phone.ts";
import { addressTargets } from "./targets.ts";

/** What a call says, read aloud. */
export interface VoiceContent {
  readonly channel: "VOICE";
  readonly text: string;
}

/** Calls to a telephone. They need a consent by law, as texts do. */
export const voice: ChannelDescriptor<VoiceContent> = {
  channel: "VOICE",
  targets: ({ person }) => addressTargets(person.profile?.phone, normalisePhone),
  normalise: normalisePhone,
  needsConsent: true,
  onByDefault: ["security"],
  fallback: ["EMAIL", "INAPP"],
  content: {
    parts: { text: prose("text") },
    files: { subject: null, mjml: null, text: "voice.txt.liquid", data: null },
    columns: { voice_text: "text" },
  },
};
