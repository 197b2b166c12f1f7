import type { ProviderEvent } from "#shared/contracts/records.ts";
import type { NormalisedWebhook, ParsedWebhook } from "./parsed-webhook.ts";
import { normaliseSes } from "./ses.ts";
import { normaliseTwilio } from "./twilio.ts";

type Webhook = Pick<ProviderEvent, "provider" | "body" | "msg_id">;

/** A webhook in our words, whatever its body holds. Total: it never throws. */
export function normalise(webhook: Webhook): NormalisedWebhook {
  const read = readBy(webhook);
  return read.kind === "notice" ? storable(read) : read;
}

function readBy({ provider, body, msg_id }: Webhook): NormalisedWebhook {
  const text = body.toString("utf8");
  if (provider === "ses") return normaliseSes(text);
  if (provider === "twilio") return normaliseTwilio(text, msg_id);
  return { kind: "unreadable", why: "There is no table for this provider" };
}

/** No id of ours or of a provider has control characters, and PostgreSQL refuses some: a name with one names nothing. */
function storable(notice: ParsedWebhook): ParsedWebhook {
  const { msgId, providerRef, reports } = notice;
  return {
    ...notice,
    msgId: nameIn(msgId),
    providerRef: nameIn(providerRef),
    reports: reports.map((report) => ({ ...report, code: report.code.toWellFormed().replaceAll(control, "\ufffd") })),
  };
}

const control = /\p{Cc}/gu;

function nameIn(text: string | null): string | null {
  return text !== null && text.isWellFormed() && text.search(control) === -1 ? text : null;
}
