import type { ProviderEvent } from "#shared/contracts/records.ts";
import type { NormalisedWebhook, ParsedWebhook } from "./parsed-webhook.ts";
import { normaliseSes } from "./ses.ts";
import { normaliseTwilio } from "./twilio.ts";

type Webhook = Pick<ProviderEvent, "provider" | "body" | "msg_id">;

/** A webhook in our terms. Total: it never throws, for any body. */
export function normalise(webhook: Webhook): NormalisedWebhook {
  const normalised = normaliseByProvider(webhook);
  return normalised.kind === "parsed" ? makeStorable(normalised) : normalised;
}

function normaliseByProvider({ provider, body, msg_id }: Webhook): NormalisedWebhook {
  const text = body.toString("utf8");
  if (provider === "ses") return normaliseSes(text);
  if (provider === "twilio") return normaliseTwilio(text, msg_id);
  return { kind: "unreadable", why: "There is no table for this provider" };
}

/** No id has control characters, and PostgreSQL refuses some: an id with one counts as none. */
function makeStorable(webhook: ParsedWebhook): ParsedWebhook {
  const { msgId, providerRef, reports } = webhook;
  return {
    ...webhook,
    msgId: idOrNull(msgId),
    providerRef: idOrNull(providerRef),
    reports: reports.map((report) => ({ ...report, code: report.code.toWellFormed().replaceAll(control, "\ufffd") })),
  };
}

const control = /\p{Cc}/gu;

function idOrNull(text: string | null): string | null {
  return text !== null && text.isWellFormed() && text.search(control) === -1 ? text : null;
}
