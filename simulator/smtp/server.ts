import { randomUUID } from "node:crypto";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { decodeWords } from "postal-mime";
import { SMTPServer, type SMTPServerSession } from "smtp-server";
import type { CallHandler, TakenCall } from "../call-handler.ts";
import type { CallVerdict } from "../core/call.ts";
import { headerOf, readHeaders } from "../core/mail.ts";
import { type Reply, refusedRecipient, replyTo } from "./outcomes.ts";

export interface SmtpDouble {
  readonly port: number;
  close(): Promise<void>;
}

const defaultDelayMs = 30_000;

/** An SMTP server that takes any mail, with or without a login, and refuses the recipients that name their refusal. */
export async function startSmtp(
  handler: CallHandler,
  { host, port }: { host: string; port: number },
): Promise<SmtpDouble> {
  const sockets = new Map<string, Socket>();
  const server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ["STARTTLS"],
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth: (_auth, _session, done) => done(null, { user: "any" }),
    onRcptTo: ({ address }, _session, done) => {
      const refused = refusedRecipient(address);
      if (refused === undefined) return done();
      recordRefusal(handler, address, refused);
      done(failure(refused));
    },
    onData: (stream, session, done) => {
      read(stream)
        .then(async (raw) => answer(await take(handler, session, raw), sockets.get(keyOf(session)), done))
        .catch(done);
    },
  });
  server.on("error", () => {});
  await new Promise<void>((resolve, reject) => {
    server.server.once("error", reject);
    server.listen(port, host, resolve);
  });
  server.server.on("connection", (socket: Socket) => {
    const key = `${socket.remoteAddress}:${socket.remotePort}`;
    sockets.set(key, socket);
    socket.once("close", () => sockets.delete(key));
  });
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

type Done = (error?: Error | null, message?: string) => void;

async function answer({ verdict, fault }: TakenCall, socket: Socket | undefined, done: Done): Promise<void> {
  if (fault?.kind === "reset" || fault?.kind === "reset_after_accept") return void socket?.resetAndDestroy();
  if (fault?.kind === "latency" || fault?.kind === "slow_body") {
    await sleep(fault.delay_ms ?? defaultDelayMs, undefined, { ref: false });
  }
  const { status, body } = verdict.answer;
  done(status < 400 ? null : failure({ code: status, text: body }), body);
}

async function take(handler: CallHandler, session: SMTPServerSession, raw: Buffer): Promise<TakenCall> {
  const headers = await readHeaders(raw);
  const recipients = session.envelope.rcptTo.map(({ address }) => address);
  return handler.take({
    call: {
      provider: "smtp",
      operation: "DATA",
      channel: "email",
      recipients,
      msgId: headerOf(headers, "X-Comms-Msg-Id"),
    },
    body: raw,
    decide: () => {
      const ref = randomUUID();
      return {
        outcome: "accepted",
        ref,
        answer: { status: 250, headers: {}, body: `2.0.0 Ok: queued as ${ref}` },
        shown: {
          kind: "mail",
          from: decodeWords(headerOf(headers, "From") ?? ""),
          subject: decodeWords(headerOf(headers, "Subject") ?? ""),
          headers,
          content: { raw },
        },
      };
    },
    refuse: (refusal) => verdictOf(replyTo(refusal)),
  });
}

function recordRefusal(handler: CallHandler, address: string, refused: Reply): void {
  const call = { provider: "smtp", operation: "RCPT", channel: "email", recipients: [address] } as const;
  handler.record({ call, body: new Uint8Array() }, { verdict: verdictOf(refused), fault: undefined });
}

function verdictOf({ code, text }: Reply): CallVerdict {
  return { outcome: String(code), answer: { status: code, headers: {}, body: text } };
}

function failure({ code, text }: Reply): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

function keyOf({ remoteAddress, remotePort }: Pick<SMTPServerSession, "remoteAddress" | "remotePort">): string {
  return `${remoteAddress}:${remotePort}`;
}

async function read(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
