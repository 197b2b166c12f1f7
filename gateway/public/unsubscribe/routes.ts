import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "#shared/platform/clock/clock.ts";
import {
  type TokenVerification,
  type UnsubscribeKeys,
  verifyUnsubscribe,
} from "#shared/platform/crypto/unsubscribe-token.ts";
import { isRetryable } from "#shared/platform/errors/app-error.ts";
import { note } from "../../http/request.ts";
import type { Publisher } from "../../publisher.ts";
import { isInForce, type SuppressionView } from "./in-force.ts";
import { askPage, pageHeaders, resultPage } from "./page.ts";
import { type PageTexts, pageTextsFor } from "./page-texts.ts";
import { suppressionOf } from "./suppression.ts";

export interface UnsubscribeParts {
  readonly keys: UnsubscribeKeys;
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly view: SuppressionView;
  /** Called for each opt-out that the view does not hold when it is answered. */
  readonly onLate: () => void;
}

type Call = FastifyRequest<{ Params: { token: string } }>;

/** Mail programs and scanners add parameters to a link. No opt-out fails over one of them. */
const config = { query: "any" } as const;

/**
 * RFC 8058. GET only shows a page, because mail scanners follow links. POST unsubscribes, with a form, a multipart body or
 * none, without cookies or a redirect; a second POST has the same result. It answers when the senders' view holds the entry, or
 * after two seconds, and says so then.
 */
export function unsubscribeRoutes(app: FastifyInstance, parts: UnsubscribeParts): void {
  app.get<{ Params: { token: string } }>("/unsubscribe/:token", { config }, (request, reply) => {
    const texts = textsOf(request);
    const verified = verify(request, parts);
    if ("refusal" in verified) return refuse(request, reply, verified.refusal);
    return show(reply, 200, askPage(texts, verified.claim.scope));
  });
  app.post<{ Params: { token: string } }>("/unsubscribe/:token", { config }, async (request, reply) => {
    const verified = verify(request, parts);
    if ("refusal" in verified) return refuse(request, reply, verified.refusal);
    return unsubscribe(request, reply, { ...parts, claim: verified.claim });
  });
}

type VerifiedClaim = Extract<TokenVerification, { claim: unknown }>;

async function unsubscribe(
  request: Call,
  reply: FastifyReply,
  parts: UnsubscribeParts & VerifiedClaim,
): Promise<FastifyReply> {
  const texts = textsOf(request);
  const { claim, publisher, clock, view } = parts;
  const suppression = suppressionOf(claim, clock.now());
  note(request, { tenant_id: claim.tenantId, msg_id: claim.msgId });
  try {
    await publisher.publish({ topic: "comms.suppression", ...suppression }, request.headers);
  } catch (error) {
    if (!isRetryable(error)) throw error;
    return show(reply.header("retry-after", "5"), 503, resultPage(texts, "later"));
  }
  if (await isInForce(view, suppression.value, clock)) return show(reply, 200, resultPage(texts, "done", claim.scope));
  parts.onLate();
  note(request, { code: "unsubscribe_late" });
  return show(reply, 200, resultPage(texts, "soon", claim.scope));
}

function verify({ params }: Call, { keys, clock }: UnsubscribeParts): TokenVerification {
  return verifyUnsubscribe(params.token, keys, clock.now());
}

function refuse(request: Call, reply: FastifyReply, refusal: string): FastifyReply {
  note(request, { code: `unsubscribe_${refusal}` });
  const kind = refusal === "expired" || refusal === "unknown_key" ? "expired" : "broken";
  return show(reply, 400, resultPage(textsOf(request), kind));
}

function show(reply: FastifyReply, status: number, html: string): FastifyReply {
  return reply.code(status).headers(pageHeaders).send(html);
}

function textsOf(request: Call): PageTexts {
  return pageTextsFor(request.headers["accept-language"]);
}
