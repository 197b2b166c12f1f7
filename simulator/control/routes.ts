import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { CallbackQueue } from "../callbacks/callback-queue.ts";
import { faultRequest } from "../faults/fault.ts";
import type { FaultBox } from "../faults/fault-box.ts";
import type { CallLedger } from "../ledger/call-ledger.ts";
import type { Mailbox } from "../page/mailbox.ts";
import { commandBody, commandQuery } from "./command.ts";

export interface ControlParts {
  readonly faults: FaultBox;
  readonly ledger: CallLedger;
  readonly mailbox: Mailbox;
  readonly callbacks: CallbackQueue;
  readonly gateway: Gateway;
}

/** Where callbacks go; a command may change it. */
export interface Gateway {
  base: string | undefined;
}

const text = z.string().optional();
const ledgerQuery = z.strictObject({
  provider: text,
  operation: text,
  channel: text,
  recipient: text,
  msg_id: text,
  tenant: text,
  outcome: text,
  fault: text,
  since: z.coerce.number().optional(),
});
const faultQuery = z.strictObject({ provider: text, id: text });
const gatewayBody = z.strictObject({ callback_base: z.url().nullable() });

/** The commands that tests, the demo and the page give. Bodies are JSON, and only JSON, so that no foreign page can give one. */
export function controlRoutes(app: FastifyInstance, parts: ControlParts): void {
  const { faults, callbacks, gateway } = parts;

  app.get("/control/health", () => ({
    status: "ok",
    callbacks: { base: gateway.base ?? null, ...callbacks.counts() },
    faults: faults.list(Date.now()),
  }));
  app.get("/control/faults", () => faults.list(Date.now()));
  app.post("/control/faults", (request) => faults.add(commandBody(faultRequest, request), Date.now()));
  app.delete("/control/faults", (request) => ({ removed: faults.clear(commandQuery(faultQuery, request)) }));
  app.get("/control/ledger", (request, reply) => sendLedger(parts.ledger, request, reply));
  app.post("/control/reset", (request) => {
    commandBody(z.object({}), request);
    return reset(parts);
  });
  app.put("/control/gateway", (request) => {
    gateway.base = commandBody(gatewayBody, request).callback_base ?? undefined;
    return { callback_base: gateway.base ?? null };
  });
}

async function sendLedger(ledger: CallLedger, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const entries = ledger.read(commandQuery(ledgerQuery, request));
  reply.hijack();
  reply.raw.writeHead(200, { "content-type": "application/x-ndjson" });
  await pipeline(Readable.from(lines(entries)), reply.raw);
}

async function* lines(entries: AsyncIterable<object>): AsyncIterable<string> {
  for await (const entry of entries) yield `${JSON.stringify(entry)}\n`;
}

function reset({ faults, ledger, mailbox, callbacks }: ControlParts): object {
  faults.clear();
  callbacks.clear();
  mailbox.clear();
  ledger.clear();
  return { status: "ok" };
}
