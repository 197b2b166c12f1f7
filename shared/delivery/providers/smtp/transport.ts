import { pipeline, Transform } from "node:stream";
import { createTransport } from "nodemailer";
import type { Answer } from "#shared/domain/delivery/answer.ts";
import { untilAborted } from "#shared/platform/clock/until-aborted.ts";
import { answerBytesMax } from "../../bounded-answer.ts";
import { answerOfFailure, answerOfSuccess, type DataProgress } from "./core/failure.ts";

/** An SMTP server that takes our mail. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** `starttls`: upgraded, or nothing is sent. `tls`: from the first byte. `none`: plain, even if TLS is offered. */
  readonly security: "none" | "starttls" | "tls";
  readonly login?: { readonly user: string; readonly password: string };
  /** Certificates in PEM to trust in place of Node's own. */
  readonly ca?: string;
  /** The name in EHLO. Default: the machine's name. */
  readonly clientName?: string;
  /** Connections at most. Default 20: many servers take 50 from one client. */
  readonly connections?: number;
}

/** A mail with its envelope. */
export interface SmtpMail {
  readonly from: string;
  readonly to: string;
  /** Bounces have it as ENVID (RFC 3461), if the server speaks DSN. */
  readonly msgId: string;
  /** Complete and signed; the bytes on the wire, except for stuffed dots. */
  readonly raw: Buffer;
}

/** Connections kept open to one server. */
export interface SmtpTransport {
  /** Sends once. Does not reject for an error of the server or the network. An aborted signal closes the connection. */
  send(mail: SmtpMail, signal: AbortSignal): Promise<Answer>;
  close(): void;
}

/** Shorter than a call's deadline of 5 s, so that the code of a dead server says more than DEADLINE. */
const timeouts = {
  dnsTimeout: 2_000,
  connectionTimeout: 3_000,
  greetingTimeout: 3_000,
  socketTimeout: 4_500,
  socketCloseTimeout: 500,
  // QUIT before the socket's own timeout, which also runs while a connection is idle.
  idleTimeout: 4_000,
};

/**
 * nodemailer's pool. It sends a mail again by itself only over a kept connection that ended before a byte of the mail was
 * read, and then once.
 */
export function createSmtpTransport(server: SmtpServer): SmtpTransport {
  const transporter = createTransport({
    ...connectionOptions(server),
    pool: true,
    maxConnections: server.connections ?? 20,
    maxMessages: 1_000,
    maxRequeues: 1,
  });
  const bodies = new WeakMap<Buffer, Transform>();
  transporter.use("stream", (mail, done) => {
    const { raw } = mail.data;
    mail.message?.processFunc((input) => {
      const body = chunkedBody();
      if (Buffer.isBuffer(raw)) bodies.set(raw, body);
      return pipeline(input, body, () => {});
    });
    done();
  });

  return {
    send: ({ from, to, msgId, raw: bytes }, signal) => {
      // A key of its own for each call, as two calls may send the same bytes.
      const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const envelope = { from, to: [to], size: raw.length };
      const dsn = { id: msgId, return: "headers", notify: "failure", recipient: to };
      return new Promise((resolve) => {
        // By callback: it runs before any other task, so an incomplete body is stopped and stays incomplete.
        transporter.sendMail({ envelope, raw, dsn, signal }, (error, info) => {
          const progress = stopBody(bodies.get(raw));
          resolve(error ? answerOfFailure(error, progress) : answerOfSuccess(info?.response, progress));
        });
      });
    },
    close: () => transporter.close(),
  };
}

/**
 * Connects, upgrades and logs in as a mail would, and leaves with QUIT. The answer is that of a mail that came so far; an
 * aborted signal gives `DEADLINE`, and the connection ends by its own timeouts.
 */
export async function checkSmtpServer(server: SmtpServer, signal: AbortSignal): Promise<Answer> {
  const transporter = createTransport(connectionOptions(server));
  const verify = (): Promise<Answer> =>
    transporter.verify().then(
      (): Answer => ({ kind: "accepted", ref: null }),
      (error: unknown) => answerOfFailure(error, { isComplete: false }),
    );
  try {
    return await untilAborted<Answer>(verify, signal, { kind: "unreached", code: "DEADLINE" });
  } finally {
    transporter.close();
  }
}

function connectionOptions(server: SmtpServer) {
  return {
    host: server.host,
    port: server.port,
    ...security[server.security],
    ...(server.login && { auth: { user: server.login.user, pass: server.login.password }, forceAuth: true }),
    ...(server.clientName && { name: server.clientName }),
    tls: { minVersion: "TLSv1.2" as const, ...(server.ca && { ca: server.ca }) },
    disableFileAccess: true,
    disableUrlAccess: true,
    maxResponseSize: answerBytesMax,
    ...timeouts,
  };
}

const security = {
  none: { secure: false, ignoreTLS: true },
  starttls: { secure: false, requireTLS: true },
  tls: { secure: true },
} as const;

/** A body that passes on small chunks as the server reads them. After the last chunk comes the final dot. */
function chunkedBody(): Transform {
  const bytesMax = 16 * 1024;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (let at = 0; at < chunk.length; at += bytesMax) this.push(chunk.subarray(at, at + bytesMax));
      done();
    },
  });
}

/** Returns the progress of a body, and stops the rest of it. */
function stopBody(body: Transform | undefined): DataProgress {
  const isComplete = body?.readableEnded ?? false;
  body?.destroy();
  return { isComplete };
}
