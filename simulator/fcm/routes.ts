import { randomInt, randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { CallHandler, ReceivedCall } from "../call-handler.ts";
import { bearerToken } from "../core/auth.ts";
import { type CallVerdict, json } from "../core/call.ts";
import { respond } from "../respond.ts";
import { grantProblem, issueToken, isValidToken, lifetimeSeconds } from "./access-token.ts";
import {
  argumentError,
  argumentErrors,
  authenticationError,
  badRequest,
  fcmCodes,
  fcmError,
  refuseFcm,
} from "./errors.ts";
import { type PushMessage, readPush } from "./request.ts";

export interface FcmParts {
  readonly handler: CallHandler;
  readonly seed: number;
}

type Params = { project: string };

/** Google's token endpoint and FCM HTTP v1 under `/fcm`. */
export function fcmRoutes(app: FastifyInstance, { handler, seed }: FcmParts): void {
  app.post("/fcm/token", async (request, reply) => respond(reply, await handler.take(receiveGrant(request, seed))));
  // The colon of `messages:send` is doubled, since a single one starts a parameter in fastify.
  app.post<{ Params: Params }>("/fcm/v1/projects/:project/messages::send", async (request, reply) =>
    respond(reply, await handler.take(receiveSend(request, seed))),
  );
}

function receiveGrant(request: FastifyRequest, seed: number): ReceivedCall {
  const body = request.body as Uint8Array;
  return {
    call: { provider: "fcm", operation: "token", channel: "push", recipients: [] },
    body,
    decide: () => grant(new URLSearchParams(Buffer.from(body).toString("utf8")), seed),
    refuse: refuseFcm,
  };
}

function grant(form: URLSearchParams, seed: number): CallVerdict {
  const now = Date.now();
  const error_description = grantProblem(form, now);
  if (error_description !== undefined) {
    return { outcome: "invalid_grant", answer: json(400, { error: "invalid_grant", error_description }) };
  }
  const access_token = issueToken(seed, now);
  return { outcome: "ok", answer: json(200, { access_token, expires_in: lifetimeSeconds, token_type: "Bearer" }) };
}

function receiveSend(request: FastifyRequest<{ Params: Params }>, seed: number): ReceivedCall {
  const body = request.body as Uint8Array;
  const read = readPush(body);
  const message = "message" in read ? read.message : undefined;
  const target = message?.token ?? message?.topic ?? message?.condition;
  return {
    call: {
      provider: "fcm",
      operation: "messages:send",
      channel: "push",
      recipients: target === undefined ? [] : [target],
      msgId: message?.data["msg_id"],
      tenant: message?.data["tenant"] ?? message?.data["tenant_id"],
    },
    body,
    decide: () => {
      const token = bearerToken(request.headers.authorization);
      if (!isValidToken(token, seed, Date.now())) return authenticationError();
      return "problem" in read ? badRequest(read.field, read.problem) : send(read.message, request.params.project);
    },
    refuse: refuseFcm,
  };
}

const argumentNames = Object.keys(argumentErrors) as readonly (keyof typeof argumentErrors)[];

/** APNs counts bytes. */
const collapseIdBytesMax = 64;

function collapseIdBytes({ apns }: PushMessage): number {
  const headers = apns?.["headers"] as Readonly<Record<string, unknown>> | undefined;
  const id = headers?.["apns-collapse-id"];
  return typeof id === "string" ? Buffer.byteLength(id) : 0;
}

/** A token that contains an error code of FCM, or a reason of APNs, meets that error; any other token is reached. */
function send(message: PushMessage, project: string): CallVerdict {
  const argument = argumentNames.find((name) => message.token?.includes(name));
  if (argument !== undefined) return argumentError(argument);
  if (collapseIdBytes(message) > collapseIdBytesMax) return argumentError("BadCollapseId");
  const named = fcmCodes.find((code) => message.token?.includes(code));
  if (named !== undefined) return fcmError(named);
  const id = `0:${Date.now()}${randomInt(1000, 9999)}%${randomUUID().replaceAll("-", "").slice(0, 16)}`;
  const ref = `projects/${project}/messages/${id}`;
  return {
    outcome: "accepted",
    ref,
    answer: json(200, { name: ref }),
    shown: {
      kind: "push",
      title: message.notification?.title ?? message.data["title"] ?? "",
      text: message.notification?.body ?? message.data["body"] ?? "",
      data: message.data,
    },
  };
}
