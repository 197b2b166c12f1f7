import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { ChannelAdapter, OutboundMessage } from "#shared/delivery/adapter.ts";
import { answerBytesMax } from "#shared/delivery/bounded-answer.ts";
import { createFcmAdapter } from "#shared/delivery/providers/fcm/adapter.ts";
import { createInappAdapter } from "#shared/delivery/providers/inapp/adapter.ts";
import { createSesAdapter } from "#shared/delivery/providers/ses/adapter.ts";
import { createSmtpAdapter } from "#shared/delivery/providers/smtp/adapter.ts";
import { createTwilioAdapter } from "#shared/delivery/providers/twilio/adapter.ts";
import type { Answer } from "#shared/domain/delivery/answer.ts";
import { createPool } from "#shared/platform/postgres/pool.ts";
import { callDeadlineMs } from "#shared/state/ledger/ledger.ts";
import { fcmAccount, mailOptions } from "#tests/support/provider-accounts.ts";
import { oddMailServer } from "./odd-mail-server.ts";
import { emailTo, noteTo, pushTo, textTo } from "./sender-simulator.ts";

const deadlineMs = 600;
const chunk = Buffer.alloc(64 * 1024, "a");

/** Writes until the other side closes, and never waits for it to read. */
async function flood(socket: { destroyed: boolean; write(bytes: Buffer): boolean }, piece: Buffer): Promise<number> {
  let written = 0;
  while (!socket.destroyed && written < 512 * 1024 * 1024) {
    if (!socket.write(piece)) await sleep(1);
    written += piece.length;
  }
  return written;
}

async function drip(socket: { destroyed: boolean; write(text: string): boolean }, text: string): Promise<void> {
  for (const letter of text) {
    if (socket.destroyed) return;
    socket.write(letter);
    await sleep(100);
  }
}

let flooded = 0;
const answers: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
  "says nothing": () => {},
  "stalls after the head": (response) => response.writeHead(200, { "content-length": 1_000 }).flushHeaders(),
  drips: (response) => drip(response.writeHead(200, { "content-length": 1_000 }), `{"sid":"SM1"${" ".repeat(900)}`),
  floods: async (response) => {
    flooded = await flood(response.writeHead(200, { "content-type": "application/json" }), chunk);
  },
  "ends in the middle": (response) => {
    response.writeHead(200, { "content-length": 1_000 }).write('{"name":"projects/p/messages/1","sid":"SM1","Mess');
    setTimeout(() => response.destroy(), 20);
  },
  "says 200 and a page": (response) =>
    response.writeHead(200, { "content-type": "text/html" }).end("<html><h1>It works!</h1></html>"),
  "says 200 and nothing": (response) => response.writeHead(200).end(),
  "says 204": (response) => response.writeHead(204).end(),
  "says 200 and JSON of something else": (response) =>
    response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true,"name":"nginx","id":7}'),
  "says 200 and null": (response) => response.writeHead(200, { "content-type": "application/json" }).end("null"),
};

const replies: Readonly<Record<string, (socket: Socket) => unknown>> = {
  "says nothing": () => {},
  drips: (socket) => drip(socket, `250-${"a".repeat(900)}`),
  floods: async (socket) => {
    flooded = await flood(socket, Buffer.from(`250-${"a".repeat(60)}\r\n`.repeat(1_000)));
  },
  "floods one line": async (socket) => {
    flooded = await flood(socket, chunk);
  },
  "ends in the middle": (socket) => socket.end("250-Ok\r\n25"),
  "speaks HTTP": (socket) => socket.write("HTTP/1.1 200 OK\r\n\r\n<html></html>\r\n"),
};

let base = "";
let answer: (response: ServerResponse) => unknown = () => {};
let open = 0;
const server = createServer((request, response) => {
  request.resume();
  if (request.url?.startsWith("/fcm/token"))
    return void response
      .writeHead(200, { "content-type": "application/json" })
      .end('{"access_token":"t","expires_in":3600}');
  open += 1;
  response.on("close", () => {
    open -= 1;
  });
  response.on("error", () => {});
  answer(response);
});
let smtp: Awaited<ReturnType<typeof oddMailServer>>;

beforeAll(async () => {
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  smtp = await oddMailServer();
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => void server.close(done));
  await smtp.close();
});

const httpAdapters: readonly (readonly [string, () => OutboundMessage, () => ChannelAdapter])[] = [
  [
    "SES",
    () => emailTo("ada@example.com"),
    () =>
      createSesAdapter({
        region: "us-east-1",
        endpoint: `${base}/ses`,
        credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "x" },
        mail: mailOptions,
      }),
  ],
  [
    "FCM",
    () => pushTo("token-1"),
    () =>
      createFcmAdapter({
        account: fcmAccount,
        baseUrl: `${base}/fcm`,
        tokenUrl: `${base}/fcm/token`,
      }),
  ],
  [
    "Twilio",
    () => textTo("+14155550123"),
    () =>
      createTwilioAdapter({
        accountSid: `AC${"0".repeat(32)}`,
        authToken: "t",
        baseUrl: `${base}/twilio`,
        from: "+15005550006",
        callbackUrl: "https://gateway.example.com",
        deadlineMs: 5_000,
      }),
  ],
];

/** The answer of a call that its own signal ends: nobody outside helps the adapter here. */
async function ask(adapter: ChannelAdapter, message: OutboundMessage) {
  flooded = 0;
  const answered = await adapter.send(message, AbortSignal.timeout(deadlineMs));
  void adapter.close();
  return answered;
}

describe.each(httpAdapters)("%s, in front of a server that", (_, message, adapter) => {
  test.each(Object.keys(answers))("%s: the call is in doubt, and its connection ends", async (how) => {
    answer = answers[how] ?? answer;
    expect(await ask(adapter(), message())).toMatchObject({ kind: "unknown" });
    await vi.waitUntil(() => open === 0, { timeout: 5_000, interval: 10 });
    // What a socket holds on both sides is read by nobody.
    expect(flooded).toBeLessThan(answerBytesMax + 16 * 1024 * 1024);
  });
});

describe("FCM, whose token endpoint is a server that", () => {
  test.each(Object.keys(answers))("%s: nothing of the message went out, so the call is not in doubt", async (how) => {
    answer = answers[how] ?? answer;
    const adapter = createFcmAdapter({ account: fcmAccount, baseUrl: "http://127.0.0.1:1", tokenUrl: `${base}/token` });
    const { kind, code } = (await ask(adapter, pushTo("token-1"))) as Extract<Answer, { readonly code: string }>;
    expect([kind, code]).toEqual(kind === "unreached" ? [kind, expect.any(String)] : ["refused", "TOKEN_UNREADABLE"]);
    await vi.waitUntil(() => open === 0, { timeout: 5_000, interval: 10 });
    expect(flooded).toBeLessThan(answerBytesMax + 16 * 1024 * 1024);
  });
});

describe("SMTP, in front of a server that", () => {
  test.each(Object.keys(replies))("%s after the mail: the call is in doubt, and its connection ends", async (how) => {
    smtp.script((socket, { isDotted }) => {
      if (isDotted) void replies[how]?.(socket);
    });
    const adapter = createSmtpAdapter({
      server: { host: "127.0.0.1", port: smtp.port, security: "none" },
      dkim: [],
      mail: mailOptions,
    });
    expect(await ask(adapter, emailTo("ada@example.com"))).toMatchObject({ kind: "unknown" });
    await smtp.idle();
    expect(flooded).toBeLessThan(answerBytesMax + 16 * 1024 * 1024);
  });
});

/** What a Postgres says to a client that it takes: authentication is fine, and it is ready. */
const welcome = Buffer.from("5200000008000000005a0000000549", "hex");

describe("the notification centre, in front of a Postgres that", () => {
  const greetings: Readonly<Record<string, (socket: Socket) => unknown>> = {
    "takes no connection": () => {},
    "takes a statement and says nothing": (socket) => socket.write(welcome),
    "floods its greeting": async (socket) => {
      flooded = await flood(socket, chunk);
    },
    "ends in the middle": (socket) => socket.end(welcome.subarray(0, 5)),
    "speaks HTTP": (socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"),
  };

  test.each(Object.keys(greetings))("%s: the note is not made, and is tried again; it is not in doubt", async (how) => {
    let sockets = 0;
    const hung = createTcpServer((socket) => {
      sockets += 1;
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets -= 1;
      });
      socket.once("data", () => void greetings[how]?.(socket));
    });
    await new Promise<void>((done) => void hung.listen(0, "127.0.0.1", done));
    const pool = createPool(`postgres://a:b@127.0.0.1:${(hung.address() as AddressInfo).port}/c`);
    try {
      // The caller waits no longer than a moment beyond the signal.
      const impatient = sleep(deadlineMs + 2_000).then(() => "DEADLINE");
      const answered = await Promise.race([ask(createInappAdapter(pool), noteTo("u1")), impatient]);
      expect(answered).toEqual({ kind: "refused", code: "POSTGRES_UNAVAILABLE" });
      // A connection whose statement hangs is given up before the next call's deadline: others need it.
      await vi.waitUntil(() => sockets === 0, { timeout: callDeadlineMs, interval: 10 });
    } finally {
      await pool.end();
      await new Promise((done) => void hung.close(done));
    }
  });
});
