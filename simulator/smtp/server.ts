import { randomUUID } from "node:crypto";
import type { AddressInfo, Socket } from "node:net";
import { decodeWords } from "postal-mime";
import { SMTPServer, type SMTPServerSession } from "smtp-server";
import type { CallHandler, TakenCall } from "../call-handler.ts";
import type { CallVerdict } from "../core/call.ts";
import { headerOf, readHeaders } from "../core/mail.ts";
import type { KeyWithCertificate } from "../self-signed.ts";
import { applyFault, hangUp } from "./connection-faults.ts";
import { type Reply, refusedRecipient, replyTo } from "./outcomes.ts";

export interface SmtpDouble {
  readonly port: number;
  close(): Promise<void>;
}

/** The address, login and certificate of the server. */
export interface SmtpDoubleOptions {
  readonly host: string;
  readonly port: number;
  /** The only login that is accepted. A client may also send without one. */
  readonly account: { readonly user: string; readonly password: string };
  /** Without it, STARTTLS is not offered. */
  readonly tls?: KeyWithCertificate;
}

/** An SMTP server that takes any mail, with or without a login, and refuses the recipients that name their refusal. */
export async function startSmtp(handler: CallHandler, options: SmtpDoubleOptions): Promise<SmtpDouble> {
  const { host, port, account, tls } = options;
  const sockets = new Map<string, Socket>();
  const step = (operation: string, recipients: readonly string[], session: SMTPServerSession) =>
    takeStep(handler, { operation, recipients, socket: sockets.get(keyOf(session)) });
  const server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    closeTimeout: 100,
    ...(tls ? { key: tls.key, cert: tls.certificate } : { disabledCommands: ["STARTTLS"] }),
    onConnect: (session, done) => {
      step("CONNECT", [], session).then(() => done(), done);
    },
    onAuth: ({ username, password }, session, done) => {
      const isKnown = username === account.user && password === account.password;
      step("AUTH", [], session).then(() => done(isKnown ? null : failure(wrongLogin), { user: "any" }), done);
    },
    onMailFrom: (_address, session, done) => {
      step("MAIL", [], session).then(() => done(), done);
    },
    onRcptTo: ({ address }, session, done) => {
      step("RCPT", [address], session)
        .then(() => refuseRecipient(handler, address))
        .then((refused) => done(refused && failure(refused)), done);
    },
    onData: (stream, session, done) => {
      read(stream)
        .then(async (raw) => answer(await take(handler, session, raw), sockets.get(keyOf(session)), done))
        .catch(done);
    },
  });
  server.on("error", () => {});
  server.server.on("connection", (socket: Socket) => {
    const key = `${socket.remoteAddress}:${socket.remotePort}`;
    sockets.set(key, socket);
    socket.once("close", () => sockets.delete(key));
  });
  await new Promise<void>((resolve, reject) => {
    server.server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const wrongLogin: Reply = { code: 535, text: "5.7.8 Authentication credentials invalid" };

type Done = (error?: Error | null, message?: string) => void;

async function answer({ verdict, fault }: TakenCall, socket: Socket | undefined, done: Done): Promise<void> {
  if (fault && !(await applyFault(fault, socket))) return;
  const { status, body } = verdict.answer;
  if (status === 421) hangUp(socket);
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

/** A step of a session before the mail. Rejects with the refusal that a fault asks for; stays pending if it hangs up. */
async function takeStep(
  handler: CallHandler,
  at: { operation: string; recipients: readonly string[]; socket: Socket | undefined },
): Promise<void> {
  let refused: Reply | undefined;
  const call = { provider: "smtp", operation: at.operation, channel: "email", recipients: at.recipients } as const;
  const fault = await handler.takeStep({ call, refuse: (refusal) => verdictOf((refused = replyTo(refusal))) });
  if (refused?.code === 421) hangUp(at.socket);
  if (refused) throw failure(refused);
  if (fault && !(await applyFault(fault, at.socket))) await new Promise(() => {});
}

/** The refusal that an address asks for, recorded; undefined for any other address. */
async function refuseRecipient(handler: CallHandler, address: string): Promise<Reply | undefined> {
  const refused = refusedRecipient(address);
  if (refused === undefined) return undefined;
  const call = { provider: "smtp", operation: "RCPT", channel: "email", recipients: [address] } as const;
  await handler.record({ call, body: new Uint8Array() }, { verdict: verdictOf(refused), fault: undefined });
  return refused;
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
