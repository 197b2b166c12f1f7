import { dataValue, line, prose } from "./content-part.ts";
import type { ChannelDescriptor } from "./descriptor.ts";

/** A note in the notification centre. */
export interface InappContent {
  readonly channel: "INAPP";
  readonly title: string;
  readonly body: string;
  readonly deepLink: string | null;
}

/** The notification centre. The person is the address, and it is always on (PRF-07). */
export const inapp: ChannelDescriptor<InappContent> = {
  channel: "INAPP",
  targets: ({ userId }) => [{ address: userId, deviceId: "" }],
  normalise: null,
  isRepeatable: true,
  needsConsent: false,
  onByDefault: "always",
  fallback: [],
  content: {
    parts: { title: line("subject"), body: prose("text"), deepLink: dataValue("deep_link") },
    files: { subject: "inapp.title.liquid", mjml: null, text: "inapp.txt.liquid", data: "inapp.json" },
    columns: { inapp_json: "note" },
  },
};
