import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { CallbackQueue } from "#simulator/callbacks/callback-queue.ts";
import { faultRequest } from "#simulator/faults/fault.ts";
import type { FaultBox } from "#simulator/faults/fault-box.ts";
import type { Ledger } from "#simulator/ledger/ledger.ts";
import type { Mailbox } from "#simulator/page/mailbox.ts";

export interface ControlParts {
  readonly faults: FaultBox;
  readonly ledger: Ledger;
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
  app.post("/control/faults", (request) => faults.add(read(faultRequest, jsonOf(request)), Date.now()));
  app.delete("/control/faults", (request) => ({ removed: faults.clear(read(faultQuery, request.query)) }));
  app.get("/control/ledger", (request, reply) => sendLedger(parts.ledger, request, reply));
  app.post("/control/reset", (request) => reset(parts, jsonOf(request)));
  app.put("/control/gateway", (request) => {
    gateway.base = read(gatewayBody, jsonOf(request)).callback_base ?? undefined;
    return { callback_base: gateway.base ?? null };
  });
}

async function sendLedger(ledger: Ledger, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const entries = ledger.read(read(ledgerQuery, request.query));
  reply.hijack();
  reply.raw.writeHead(200, { "content-type": "application/x-ndjson" });
  await pipeline(Readable.from(lines(entries)), reply.raw);
}

async function* lines(entries: AsyncIterable<object>): AsyncIterable<string> {
  for await (const entry of entries) yield `${JSON.stringify(entry)}\n`;
}

function reset({ faults, ledger, mailbox, callbacks }: ControlParts, _body: unknown): object {
  faults.clear();
  callbacks.clear();
  mailbox.clear();
  ledger.clear();
  return { status: "ok" };
}

function jsonOf(request: FastifyRequest): unknown {
  if (!request.headers["content-type"]?.startsWith("application/json")) {
    throw new BadCommand(415, "A command's body must be application/json");
  }
  try {
    return JSON.parse((request.body as Buffer).toString("utf8"));
  } catch {
    throw new BadCommand(400, "A command's body must be JSON");
  }
}

function read<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new BadCommand(400, z.prettifyError(parsed.error));
  return parsed.data;
}

/** A command that cannot be followed; fastify answers with its status and message. */
class BadCommand extends Error {
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}
