import type { ProviderEvent } from "#shared/contracts/records.ts";
import type { NormalisedWebhook, ParsedWebhook, WebhookNormalisers } from "#shared/domain/feedback/parsed-webhook.ts";

type Webhook = Pick<ProviderEvent, "provider" | "body" | "msg_id" | "query">;

/** A webhook in our terms, read by its provider's normaliser. Total: it never throws, for any body. */
export function normalise(
  { provider, body, msg_id, query }: Webhook,
  normalisers: WebhookNormalisers,
): NormalisedWebhook {
  const normaliser = normalisers.get(provider);
  if (normaliser === undefined) return { kind: "unreadable", why: "There is no table for this provider" };
  const normalised = normaliser(body.toString("utf8"), msg_id, query);
  return normalised.kind === "parsed" ? makeStorable(normalised) : normalised;
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
