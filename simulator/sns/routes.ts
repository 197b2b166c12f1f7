import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { CallbackQueue } from "../callbacks/callback-queue.ts";
import { BadCommand, commandBody } from "../control/command.ts";
import type { Gateway } from "../control/routes.ts";
import type { SigningCertificate } from "./certificate.ts";
import { signEnvelope, snsOrigin } from "./envelope.ts";

export interface SnsDoubleParts {
  readonly certificate: SigningCertificate;
  readonly callbacks: CallbackQueue;
  readonly gateway: Gateway;
  readonly topicArn: string;
}

const template = readFileSync(new URL("confirm.xml", import.meta.url), "utf8");

/**
 * SNS under `/sns`: the certificate that its signatures are checked with, and ConfirmSubscription. A subscription is
 * asked to be confirmed by `POST /control/sns/subscription`.
 */
export function snsDoubleRoutes(app: FastifyInstance, parts: SnsDoubleParts): void {
  const tokens = new Set<string>();
  app.get(`/sns/${parts.certificate.file}`, (_request, reply) =>
    reply.type("application/x-pem-file").header("cache-control", "max-age=3600").send(parts.certificate.pem),
  );
  app.post("/control/sns/subscription", (request) => {
    commandBody(z.object({}), request);
    return askToConfirm(parts, tokens);
  });
  app.post("/sns", (request, reply) => {
    const form = new URLSearchParams((request.body as Buffer).toString("utf8"));
    if (!isConfirmed(form, parts.topicArn, tokens)) return reply.code(400).send({ message: "Invalid token" });
    return reply.type("text/xml").send(confirmation(parts.topicArn));
  });
}

function askToConfirm({ certificate, callbacks, gateway, topicArn }: SnsDoubleParts, tokens: Set<string>): object {
  if (gateway.base === undefined) throw new BadCommand(409, "No gateway is known");
  const Token = randomBytes(64).toString("hex");
  tokens.add(Token);
  const message = {
    Type: "SubscriptionConfirmation",
    MessageId: randomUUID(),
    Token,
    TopicArn: topicArn,
    Message: `You have chosen to subscribe to the topic ${topicArn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`,
    SubscribeURL: `${snsOrigin}/?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=${Token}`,
    Timestamp: new Date().toISOString(),
  } as const;
  callbacks.add([
    {
      provider: "ses",
      event: "SubscriptionConfirmation",
      url: `${gateway.base}/webhooks/ses`,
      delayMs: 0,
      build: () => signEnvelope(message, certificate),
    },
  ]);
  return { topic_arn: topicArn, token: Token };
}

/** The ConfirmSubscription action of the SNS query API: by TopicArn and Token, once. A token is used up even by another action. */
function isConfirmed(form: URLSearchParams, topicArn: string, tokens: Set<string>): boolean {
  const isKnown = form.get("TopicArn") === topicArn && tokens.delete(form.get("Token") ?? "");
  return form.get("Action") === "ConfirmSubscription" && isKnown;
}

function confirmation(topicArn: string): string {
  const subscription = `${topicArn}:00000000-0000-4000-8000-000000000001`;
  return template.replace("{subscriptionArn}", subscription).replace("{requestId}", randomUUID());
}
