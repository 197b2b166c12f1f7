import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSmtpTransport, type SmtpTransport } from "#shared/delivery/providers/smtp/transport.ts";
import { type OnMail, oddMailServer } from "./odd-mail-server.ts";
import { within } from "./sender-simulator.ts";

let server: Awaited<ReturnType<typeof oddMailServer>>;
let transport: SmtpTransport;

// New ones for each test: the next test must not read what the last one left in flight.
beforeEach(async () => {
  server = await oddMailServer();
  transport = createSmtpTransport({ host: "127.0.0.1", port: server.port, security: "none" });
});
afterEach(async () => {
  transport.close();
  await server.close();
});

const small = "Subject: x\r\n\r\nhello\r\n";
/** Larger than the buffers between client and server, so that the server replies before the whole mail is out. */
const large = `Subject: x\r\n\r\n${`${"y".repeat(76)}\r\n`.repeat(300_000)}`;

async function send(text: string, script: OnMail, ms = 2_000) {
  server.script(script);
  const mail = { from: "a@example.com", to: "b@example.com", msgId: "m1", raw: Buffer.from(text) };
  return transport.send(mail, within(ms));
}

const once = (reply: string, then: (socket: Parameters<OnMail>[0]) => void = () => {}): OnMail => {
  let isSaid = false;
  return (socket) => {
    if (isSaid) return;
    isSaid = true;
    if (reply) socket.write(reply);
    then(socket);
  };
};

const atDot = (reply: string, then: (socket: Parameters<OnMail>[0]) => void = () => {}): OnMail => {
  const say = once(reply, then);
  return (socket, mail) => (mail.isDotted ? say(socket, mail) : undefined);
};

describe("after the final dot", () => {
  test.each<[string, OnMail, object]>([
    ["a yes with garbage behind it", atDot("250 \u0000\u0001\u00ff\r\n"), { kind: "accepted", ref: null }],
    [
      "a yes of several lines",
      atDot("250-2.0.0 Ok\r\n250 2.0.0 queued as ABC123\r\n"),
      { kind: "accepted", ref: "ABC123" },
    ],
    ["a yes that is no code", atDot("2 fine\r\n"), { kind: "unknown", code: "UNREADABLE_ANSWER" }],
    ["half a yes", atDot("250 2.0.0 O", (socket) => socket.end()), { kind: "unknown" }],
    ["half a no", atDot("554 5.7.1 sp", (socket) => socket.end()), { kind: "unknown" }],
    ["the end", atDot("", (socket) => socket.end()), { kind: "unknown" }],
    ["silence", () => {}, { kind: "unknown", code: "DEADLINE" }],
    ["354 once more", atDot("354 more\r\n"), { kind: "unknown", code: "UNREADABLE_ANSWER" }],
    ["421 and the end", atDot("421 4.3.2 down\r\n", (socket) => socket.end()), { kind: "refused", code: "4.3.2" }],
    ["no mailbox after all", atDot("550 5.1.1 who\r\n"), { kind: "refused", code: "5.1.1" }],
  ])("%s", async (_, script, answer) => {
    expect(await send(small, script, 500)).toMatchObject(answer);
  });
});

describe("while the mail is under way", () => {
  test.each<[string, OnMail, object]>([
    ["a yes too early", once("250 Ok\r\n"), { kind: "unknown", code: "UNREADABLE_ANSWER" }],
    ["a no too early", once("552 5.3.4 too big\r\n"), { kind: "refused", code: "5.3.4" }],
    ["the end", once("", (socket) => socket.destroy()), { kind: "unreached" }],
    ["no more reading", once("", (socket) => socket.pause()), { kind: "unreached", code: "DEADLINE" }],
  ])("%s", async (_, script, answer) => {
    expect(await send(large, script, 1_500)).toMatchObject(answer);
    expect(server.mails).toHaveLength(1);
  });

  test.each([
    ["refused", "552 5.3.4 too big\r\n"],
    ["in doubt", "250 Ok\r\n"],
  ])("a mail that is %s by then never gets its dot, so the server cannot take it after all", async (_, reply) => {
    await send(large, once(reply));
    transport.close();
    await server.idle();
    expect(server.mails).toEqual([{ bytes: expect.any(Number), isDotted: false }]);
    expect(server.mails[0]?.bytes).toBeGreaterThan(0);
  });
});
