import { segments } from "./segments.ts";
import type { StoredMessage } from "./stored-message.ts";

/** A message as Twilio's API writes it. Dates are RFC 2822. */
export function resourceOf({ sid, message, at, status, errorCode }: StoredMessage, accountSid: string): object {
  const uri = `/2010-04-01/Accounts/${accountSid}/Messages/${sid}`;
  const time = new Date(at).toUTCString().replace("GMT", "+0000");
  return {
    account_sid: accountSid,
    api_version: "2010-04-01",
    body: message.body,
    date_created: time,
    date_sent: status === "queued" || status === "accepted" ? null : time,
    date_updated: time,
    direction: "outbound-api",
    error_code: errorCode ?? null,
    error_message: null,
    from: message.from || null,
    messaging_service_sid: message.messagingServiceSid || null,
    num_media: "0",
    num_segments: message.messagingServiceSid === "" ? String(segments(message.body)) : "0",
    price: null,
    price_unit: "USD",
    sid,
    status,
    subresource_uris: { media: `${uri}/Media.json` },
    tags: null,
    to: message.to,
    uri: `${uri}.json`,
  };
}
