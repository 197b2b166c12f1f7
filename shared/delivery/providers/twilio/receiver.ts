import type { ProviderEvent } from "#shared/contracts/records.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import type { WebhookAccount, WebhookContext, WebhookReceiver, WebhookRequest, WebhookResult } from "../provider.ts";
import { twilioSignatureCheck } from "./signature.ts";
import type { TwilioWebhookConfig } from "./webhook-settings.ts";

const form = "application/x-www-form-urlencoded";

/**
 * Twilio's largest, an inbound message with media, has some sixty fields and a few KiB. Each token of each account costs six
 * signatures over all of it, before anybody is known to have signed.
 */
export const twilioFormBytesMax = 16 * 1024;
/** The same in fields. */
export const twilioFormFieldsMax = 128;
const ampersand = 0x26;

/**
 * Verifies status callbacks by the tokens of all accounts, those before a rotation included. The headers of a request
 * are not asked for host or scheme.
 */
export function openTwilioReceiver(
  accounts: readonly WebhookAccount<TwilioWebhookConfig>[],
  { publicUrl }: Pick<WebhookContext, "publicUrl">,
): WebhookReceiver {
  return {
    receive: async (request) => {
      if (mediaTypeOf(request) !== form) {
        return { kind: "refused", code: "COMMS_UNSUPPORTED_MEDIA_TYPE", detail: `Send ${form}` };
      }
      // Anybody may post here, so work that grows with the body comes after this.
      if (isOversized(request.body)) {
        const detail = `A callback has ${twilioFormBytesMax / 1024} KiB and ${twilioFormFieldsMax} fields at most`;
        return { kind: "refused", code: "COMMS_PAYLOAD_TOO_LARGE", detail };
      }
      const fields = new URLSearchParams(request.body.toString("utf8"));
      const signature = request.headers["x-twilio-signature"];
      const isSignedWith = twilioSignatureCheck({ signature, url: publicUrl + request.url, fields });
      const signers = accounts.filter(({ config }) => tokensOf(config).some(isSignedWith));
      if (signers.length === 0) {
        return { kind: "refused", code: "COMMS_WEBHOOK_SIGNATURE", detail: "X-Twilio-Signature does not verify" };
      }
      // An inbound text is signed too, and would be a dead letter of the feedback stage, of which a fuse counts few.
      if (!fields.get("MessageStatus") || !fields.get("MessageSid")) {
        const detail = "This address takes status callbacks; point inbound texts at another";
        return { kind: "refused", code: "COMMS_WEBHOOK_NO_STATUS", detail };
      }
      return accept(request, fields, signers);
    },
  };
}

/** Counts separators, and stops at the first too many. */
function isOversized(body: Buffer): boolean {
  if (body.length > twilioFormBytesMax) return true;
  let fields = 1;
  for (const byte of body) if (byte === ampersand && ++fields > twilioFormFieldsMax) return true;
  return false;
}

function tokensOf(account: TwilioWebhookConfig): readonly string[] {
  const { COMMS_TWILIO_AUTH_TOKEN: current, COMMS_TWILIO_AUTH_TOKEN_PREVIOUS: previous } = account;
  return previous === undefined ? [current] : [current, previous];
}

function mediaTypeOf({ headers }: WebhookRequest): string {
  return String(headers["content-type"] ?? "")
    .replace(/;.*$/s, "")
    .trim()
    .toLowerCase();
}

type Signer = Pick<WebhookAccount<object>, "tenant">;

function accept(
  { url, headers, body, now }: WebhookRequest,
  fields: URLSearchParams,
  signers: readonly Signer[],
): WebhookResult {
  const queryText = url.split("?").slice(1).join("?");
  const query = new URLSearchParams(queryText);
  const event: ProviderEvent = {
    provider_event_id: eventId(fields),
    tenant_id: tenantOf(signers, onlyValueOf(query, "tenant")),
    provider: "twilio",
    received_at: now,
    content_type: String(headers["content-type"] ?? ""),
    msg_id: onlyValueOf(query, "msg_id"),
    query: queryText === "" ? null : queryText,
    body,
  };
  const { provider_event_id, msg_id } = event;
  const notes = msg_id === null ? { provider_event_id } : { provider_event_id, msg_id };
  return { kind: "verified", event, notes, status: 204 };
}

/**
 * Whose a callback is. Several accounts may have one token, as two numbers of one account with Twilio do; then the address
 * says which of them it is. It never says more than the accounts that signed may.
 */
function tenantOf(signers: readonly Signer[], named: string | null): string {
  const isOurs = signers.some(({ tenant }) => tenant === undefined);
  if (isOurs || signers.some(({ tenant }) => tenant === named)) return named ?? "default";
  return signers[0]?.tenant ?? "default";
}

/** Null for a name that is missing, empty, or there more than once. */
function onlyValueOf(query: URLSearchParams, name: string): string | null {
  const [value, ...more] = query.getAll(name);
  return value && more.length === 0 ? value : null;
}

/** Twilio gives a callback no id, so it is derived: a message takes each status once, and a repeat has the same id. */
function eventId(fields: URLSearchParams): string {
  const part = (name: string) => fields.get(name) ?? "";
  return deriveId("provider-event", "twilio", part("MessageSid"), part("MessageStatus"), part("ErrorCode"));
}
