import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyReply } from "fastify";
import type { TakenCall } from "./call-handler.ts";
import type { ProviderResponse } from "./core/call.ts";
import type { Fault } from "./faults/fault.ts";

const defaultDelayMs = 30_000;

/** No JSON, no XML, no form. */
const garbage = "\u0000\u0001 not an answer \ufffd";

/** Answers a call over HTTP in the way that its fault asks for. */
export async function respond(reply: FastifyReply, { verdict, fault }: TakenCall): Promise<void> {
  reply.hijack();
  switch (fault?.kind) {
    case "reset":
    case "reset_after_accept":
      reply.request.raw.socket.resetAndDestroy();
      return;
    case "latency":
      await sleep(delayOf(fault), undefined, { ref: false });
      return write(reply, verdict.answer);
    case "garbled":
      return write(reply, { ...verdict.answer, body: garbage });
    case "slow_body":
      return trickle(reply, verdict.answer, delayOf(fault));
    default:
      return write(reply, verdict.answer);
  }
}

function delayOf(fault: Fault): number {
  return fault.delay_ms ?? defaultDelayMs;
}

function write(reply: FastifyReply, { status, headers, body }: ProviderResponse): void {
  if (reply.raw.destroyed) return;
  reply.raw.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  reply.raw.end(body);
}

/** The head at once, the body in ten parts spread over the delay. */
async function trickle(
  reply: FastifyReply,
  { status, headers, body }: ProviderResponse,
  delayMs: number,
): Promise<void> {
  const bytes = Buffer.from(body);
  const step = Math.max(1, Math.ceil(bytes.length / 10));
  reply.raw.writeHead(status, { ...headers, "content-length": bytes.length });
  reply.raw.flushHeaders();
  for (let at = 0; at < bytes.length && !reply.raw.destroyed; at += step) {
    await sleep(delayMs / 10, undefined, { ref: false });
    reply.raw.write(bytes.subarray(at, at + step));
  }
  reply.raw.end();
}
