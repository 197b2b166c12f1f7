import { createVerify, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  GetAccountCommand,
  type MessageHeader,
  SESv2Client,
  SendEmailCommand,
  type SendEmailCommandInput,
} from "@aws-sdk/client-sesv2";
import PostalMime from "postal-mime";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Bench, type ReceivedRequest, startBench } from "./simulator-support.ts";

let bench: Bench;
let ses: SESv2Client;

beforeAll(async () => {
  bench = await startBench();
  ses = new SESv2Client({
    endpoint: `${bench.simulator.url}/ses`,
    region: "us-east-1",
    credentials: { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret" },
    maxAttempts: 1,
  });
});
afterEach(() => bench.control.clearFaults());
afterAll(async () => {
  ses.destroy();
  await bench.close();
});

const raw = (to: string, msgId: string): string =>
  [
    "From: Carillon <hello@example.com>",
    `To: ${to}`,
    "Subject: =?utf-8?q?Booking_confirmed_=E2=9C=93?=",
    `X-Comms-Msg-Id: ${msgId}`,
    "List-Unsubscribe: <https://example.com/u/1>,",
    " <mailto:u@example.com>",
    "Content-Type: text/html; charset=utf-8",
    "",
    "<p>See you on Friday</p>",
  ].join("\r\n");

const rawMail = (to: string, msgId: string): SendEmailCommandInput => ({
  FromEmailAddress: "Carillon <hello@example.com>",
  Destination: { ToAddresses: [to] },
  Content: { Raw: { Data: Buffer.from(raw(to, msgId)) } },
  EmailTags: [{ Name: "msg_id", Value: msgId }],
  ConfigurationSetName: "comms",
});

const withRaw = (change: (mail: string) => string): SendEmailCommandInput => ({
  ...rawMail("a@example.org", "m-bad"),
  Content: { Raw: { Data: Buffer.from(change(raw("a@example.org", "m-bad"))) } },
});

const simpleMail = (msgId: string, ...headers: readonly MessageHeader[]): SendEmailCommandInput => ({
  FromEmailAddress: "Carillon <hello@example.com>",
  Destination: { ToAddresses: ["ada@example.org"] },
  Content: {
    Simple: {
      Subject: { Data: "=?UTF-8?B?R3LDvMOfZQ==?=" },
      Body: { Text: { Data: "Hellö", Charset: "UTF-8" }, Html: { Data: "<p>Hellö</p>", Charset: "UTF-8" } },
      Headers: [{ Name: "X-Comms-Msg-Id", Value: msgId }, ...headers],
    },
  },
  ConfigurationSetName: "comms",
});

const send = (input: SendEmailCommandInput) => ses.send(new SendEmailCommand(input));
const eventsOf = (msgId: string) =>
  bench.gateway.received
    .map((request) => JSON.parse(JSON.parse(request.body).Message))
    .filter((event) => event.mail.headers.some((header: { value: string }) => header.value === msgId));

describe("SES v2 by its SDK [TST-08]", () => {
  it("takes a raw mail, gives its id and writes the line before it answers", async () => {
    const answer = await send(rawMail("ada@example.org", "m-raw"));
    const lines = readFileSync(bench.simulator.ledgerPath, "utf8").trim().split("\n");
    const entry = lines.map((line) => JSON.parse(line)).find((line) => line.msg_id === "m-raw");
    expect(entry).toMatchObject({
      provider: "ses",
      operation: "SendEmail",
      channel: "email",
      recipient: "ada@example.org",
      outcome: "accepted",
      status: 200,
      provider_ref: answer.MessageId,
      body_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(answer.MessageId).toMatch(/^0100[0-9a-f]{12}-[0-9a-f-]{36}-000000$/);
  });

  it("takes a simple mail to several people as one call", async () => {
    await send({
      FromEmailAddress: "hello@example.com",
      Destination: { ToAddresses: ["Ada <ada@example.org>"], CcAddresses: ["bo@example.org"] },
      Content: { Simple: { Subject: { Data: "Hi" }, Body: { Text: { Data: "Hello" } } } },
      EmailTags: [{ Name: "msg_id", Value: "m-simple" }],
    });
    const [entry] = await bench.control.ledger({ msg_id: "m-simple" });
    expect(entry).toMatchObject({ recipient: "ada@example.org", recipients: ["ada@example.org", "bo@example.org"] });
    expect(await bench.control.ledger({ recipient: "bo@example.org" })).toHaveLength(1);
  });

  it("reads msg_id and recipients from the mail where the request names neither", async () => {
    await send({ Content: { Raw: { Data: Buffer.from(raw("cy@example.org", "m-header")) } } });
    expect(await bench.control.ledger({ msg_id: "m-header" })).toMatchObject([{ recipient: "cy@example.org" }]);
  });

  it("tells its quota, and counts what it took", async () => {
    const before = await ses.send(new GetAccountCommand({}));
    await send(rawMail("ada@example.org", "m-quota"));
    const after = await ses.send(new GetAccountCommand({}));
    expect(after).toMatchObject({ SendingEnabled: true, EnforcementStatus: "HEALTHY" });
    expect((after.SendQuota?.SentLast24Hours ?? 0) - (before.SendQuota?.SentLast24Hours ?? 0)).toBe(1);
  });

  it.each([
    [{ ...rawMail("nowhere", "m-bad"), FromEmailAddress: "a@example.com" }, "Missing final '@domain'"],
    [{ ...rawMail("a@example.org", "m-bad"), EmailTags: [{ Name: "n", Value: "no spaces" }] }, "Invalid tag"],
    [{ ...rawMail("a@example.org", "m-bad"), Content: {} }, "Content must hold"],
    [rawMail("josé@example.org", "m-bad"), "outside ASCII"],
    [withRaw((mail) => `Subject: again\r\n${mail}`), "Duplicate header 'subject'"],
    [withRaw((mail) => mail.replace("=?utf-8?q?Booking_confirmed_=E2=9C=93?=", "Bücher")), "outside ASCII"],
    [withRaw((mail) => `${mail}\r\n${"x".repeat(999)}`), "Line is too long"],
    [simpleMail("m-bad", { Name: "Message-ID", Value: "<a@b>" }), "Header 'message-id' may not be set"],
    [simpleMail("m-bad", { Name: "X-A", Value: "a\r\nBcc: eve@example.com" }), "Invalid value"],
  ])("refuses a request that SES would refuse %#", async (input, message) => {
    await expect(send(input)).rejects.toMatchObject({
      name: "BadRequestException",
      message: expect.stringContaining(message),
      $metadata: { httpStatusCode: 400 },
    });
  });

  it("refuses an unsigned request", async () => {
    const answer = await fetch(`${bench.simulator.url}/ses/v2/email/account`);
    expect(answer.status).toBe(403);
    expect(answer.headers.get("x-amzn-errortype")).toBe("MissingAuthenticationTokenException");
  });
});

describe("a mail as SES delivers it", () => {
  it("composes a simple mail with its headers, keeps its tags, and gives it as a file", async () => {
    const { MessageId } = await send({
      ...simpleMail("m-parts"),
      EmailTags: [{ Name: "tenant", Value: "acme" }],
    });
    const [entry] = await bench.control.ledger({ msg_id: "m-parts" });
    expect(entry).toMatchObject({ recipient: "ada@example.org", tenant: "acme", provider_ref: MessageId });
    const file = await fetch(`${bench.simulator.url}/page/messages/${entry?.call_id}/eml`);
    expect(file.headers.get("content-type")).toBe("message/rfc822");
    const mail = await PostalMime.parse(await file.arrayBuffer());
    expect(mail).toMatchObject({
      messageId: `<${MessageId}@email.amazonses.com>`,
      subject: "Grüße",
      from: { name: "Carillon", address: "hello@example.com" },
      to: [{ address: "ada@example.org" }],
      text: expect.stringContaining("Hellö"),
      html: expect.stringContaining("<p>Hellö</p>"),
    });
    expect(mail.headers).toContainEqual(expect.objectContaining({ key: "x-comms-msg-id", value: "m-parts" }));
    await bench.control.quiet();
    expect(eventsOf("m-parts")).toMatchObject([{ eventType: "Delivery", mail: { tags: { tenant: ["acme"] } } }]);
  });

  it("puts a Message-ID of its own on a raw mail, too", async () => {
    const data = Buffer.from(`Message-ID: <ours@example.com>\r\n${raw("ada@example.org", "m-own-id")}`);
    const { MessageId } = await send({ ...rawMail("ada@example.org", "m-own-id"), Content: { Raw: { Data: data } } });
    const [entry] = await bench.control.ledger({ msg_id: "m-own-id" });
    const { headers } = (await (await fetch(`${bench.simulator.url}/page/messages/${entry?.call_id}`)).json()) as {
      readonly headers: readonly { readonly name: string; readonly value: string }[];
    };
    const ids = headers.filter(({ name }) => name.toLowerCase() === "message-id");
    expect(ids).toEqual([{ name: "Message-ID", value: `<${MessageId}@email.amazonses.com>` }]);
  });
});

describe("SES faults", () => {
  it.each([
    [{ kind: "rate_limit" as const }, "TooManyRequestsException", 429],
    [{ kind: "outage" as const }, "ServiceUnavailable", 503],
    [{ kind: "status" as const, status: 400, code: "MessageRejected" }, "MessageRejected", 400],
    [{ kind: "status" as const, status: 400, code: "SendingPausedException" }, "SendingPausedException", 400],
    [{ kind: "status" as const, status: 500 }, "InternalServiceErrorException", 500],
  ])("speaks %j as SES does, to the SDK's own error", async (fault, name, status) => {
    await bench.control.fault({ provider: "ses", ...fault, count: 1 });
    const refused = send(rawMail("ada@example.org", `m-${name}`));
    await expect(refused).rejects.toMatchObject({ name, $metadata: { httpStatusCode: status } });
    expect(await bench.control.ledger({ msg_id: `m-${name}` })).toMatchObject([{ outcome: name, status }]);
    await send(rawMail("ada@example.org", `m-${name}`));
  });

  it("drops the connection before the call is taken", async () => {
    await bench.control.fault({ provider: "ses", kind: "reset", count: 1 });
    await expect(send(rawMail("ada@example.org", "m-reset"))).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(await bench.control.ledger({ msg_id: "m-reset" })).toMatchObject([{ outcome: "reset", status: 0 }]);
  });

  it("drops the connection after the call was taken: ledgered as accepted, and called back", async () => {
    await bench.control.fault({ provider: "ses", kind: "reset_after_accept", count: 1 });
    await expect(send(rawMail("ada@example.org", "m-lost"))).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(await bench.control.ledger({ msg_id: "m-lost" })).toMatchObject([
      { outcome: "accepted", fault: "reset_after_accept", provider_ref: expect.any(String) },
    ]);
    await bench.control.quiet();
    expect(eventsOf("m-lost")).toMatchObject([{ eventType: "Delivery" }]);
  });

  it("takes a slow call at once, so that a caller killed meanwhile leaves its line", async () => {
    await bench.control.fault({ provider: "ses", kind: "latency", delay_ms: 60_000, count: 1 });
    const abort = new AbortController();
    const waiting = ses.send(new SendEmailCommand(rawMail("ada@example.org", "m-slow")), { abortSignal: abort.signal });
    const refused = expect(waiting).rejects.toMatchObject({ name: "AbortError" });
    await expect.poll(() => bench.control.ledger({ msg_id: "m-slow" })).toMatchObject([{ outcome: "accepted" }]);
    abort.abort();
    await refused;
  });

  it("answers late, and trickles a body, by the time that was asked for", async () => {
    for (const kind of ["latency", "slow_body"] as const) {
      await bench.control.fault({ provider: "ses", kind, delay_ms: 200, count: 1 });
      const start = performance.now();
      await send(rawMail("ada@example.org", `m-${kind}`));
      expect(performance.now() - start).toBeGreaterThan(180);
    }
  });

  it("meets only the calls that match", async () => {
    await bench.control.fault({ provider: "ses", kind: "outage", match: { recipient: "unlucky" } });
    await send(rawMail("lucky-one@example.org", "m-lucky"));
    await expect(send(rawMail("unlucky@example.org", "m-unlucky"))).rejects.toMatchObject({
      name: "ServiceUnavailable",
    });
    expect(await bench.control.faults()).toMatchObject([{ kind: "outage", hits: 1 }]);
  });
});

/** The check that a gateway makes, written from the SNS documentation and apart from the simulator's own code. */
const notificationFields = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];
async function verified(request: ReceivedRequest, fields = notificationFields): Promise<boolean> {
  const message = JSON.parse(request.body);
  const url = new URL(message.SigningCertURL);
  expect(url.origin).toBe("https://sns.us-east-1.amazonaws.com");
  expect(url.pathname).toMatch(/^\/SimpleNotificationService-[0-9a-f]{32}\.pem$/);
  const pem = await (await fetch(`${bench.simulator.url}/sns${url.pathname}`)).text();
  const text = fields
    .filter((field) => field in message)
    .map((field) => `${field}\n${message[field]}\n`)
    .join("");
  return createVerify("sha256").update(text).verify(new X509Certificate(pem).publicKey, message.Signature, "base64");
}

describe("SES callbacks", () => {
  it.each([
    ["blocked", "5.7.1"],
    ["overquota", "5.2.2"],
  ])("call %s@simulator.amazonses.com permanent, though its reply says %s", async (local, status) => {
    await send(rawMail(`${local}@simulator.amazonses.com`, `m-${local}`));
    await bench.control.quiet();
    expect(eventsOf(`m-${local}`)).toMatchObject([
      { bounce: { bounceType: "Permanent", bounceSubType: "General", bouncedRecipients: [{ status }] } },
    ]);
  });

  it.each(["bounce", "complaint"])("name an address in small letters, however it was sent to: %s", async (local) => {
    const address = `${local[0]?.toUpperCase()}${local.slice(1)}+Mira.Holt@Simulator.AmazonSES.com`;
    await send(rawMail(address, `m-case-${local}`));
    await bench.control.quiet();
    const last = eventsOf(`m-case-${local}`).at(-1);
    const [recipient] = last.bounce?.bouncedRecipients ?? last.complaint?.complainedRecipients ?? [];
    expect(recipient).toMatchObject({ emailAddress: address.toLowerCase() });
  });
});

describe("SES callbacks, in their order", () => {
  it.each([
    ["success", [{ eventType: "Delivery" }]],
    ["bounce", [{ eventType: "Bounce", bounce: { bounceType: "Permanent", bounceSubType: "General" } }]],
    [
      "complaint",
      [{ eventType: "Delivery" }, { eventType: "Complaint", complaint: { complaintFeedbackType: "abuse" } }],
    ],
    ["ooto", [{ eventType: "Delivery" }, { eventType: "Bounce", bounce: { bounceType: "Transient" } }]],
    ["suppressionlist", [{ eventType: "Bounce", bounce: { bounceType: "Permanent", bounceSubType: "Suppressed" } }]],
    ["reject", [{ eventType: "Reject", reject: { reason: "Bad content" } }]],
  ])("tells the outcome of %s@simulator.amazonses.com", async (local, events) => {
    await send(rawMail(`${local}+label@simulator.amazonses.com`, `m-${local}`));
    await bench.control.quiet();
    expect(eventsOf(`m-${local}`)).toMatchObject(events);
    expect(eventsOf(`m-${local}`)[0].mail.tags.msg_id).toEqual([`m-${local}`]);
  });

  it("names only those who bounced", async () => {
    const input = rawMail("ada@example.org", "m-both");
    await send({
      ...input,
      Destination: { ToAddresses: ["ada@example.org", "bounce@simulator.amazonses.com"] },
    });
    await bench.control.quiet();
    const events = eventsOf("m-both");
    const bounce = events.find(({ eventType }) => eventType === "Bounce");
    expect(events).toHaveLength(2);
    expect(bounce.mail.destination).toHaveLength(2);
    expect(bounce.bounce.bouncedRecipients).toMatchObject([
      { emailAddress: "bounce@simulator.amazonses.com", status: "5.1.1", action: "failed" },
    ]);
  });

  it("speaks the other dialect where the mail has no configuration set", async () => {
    const { ConfigurationSetName: _, ...input } = rawMail("bounce@simulator.amazonses.com", "m-notify");
    await send(input);
    await bench.control.quiet();
    const [event] = eventsOf("m-notify");
    expect(event).toMatchObject({ notificationType: "Bounce" });
    expect(event).not.toHaveProperty("eventType");
    expect(event.mail).not.toHaveProperty("tags");
  });

  it("signs each one so that it can be verified by the certificate that it names, and no other way", async () => {
    await send(rawMail("ada@example.org", "m-signed"));
    await bench.control.quiet();
    const request = bench.gateway.received.at(-1) as ReceivedRequest;
    expect(request.url).toBe("/webhooks/ses");
    expect(request.headers["x-amz-sns-message-type"]).toBe("Notification");
    expect(await verified(request)).toBe(true);
    expect(await verified({ ...request, body: request.body.replace("m-signed", "m-forged") })).toBe(false);
  });

  it("tries again, the same message, until it is answered with a 2xx", async () => {
    const before = bench.gateway.received.length;
    bench.gateway.answer(503, 500);
    await send(rawMail("ada@example.org", "m-again"));
    await bench.control.quiet();
    const requests = bench.gateway.received.slice(before);
    expect(requests).toHaveLength(3);
    expect(new Set(requests.map(({ body }) => body)).size).toBe(1);
  });
});

describe("commands", () => {
  it("publishes what comes late about a mail: a complaint taken back, an open", async () => {
    await send(rawMail("ada@example.org", "m-late"));
    await bench.control.publish({ type: "Complaint", msg_id: "m-late", detail: { complaintFeedbackType: "not-spam" } });
    await bench.control.publish({ type: "Open", msg_id: "m-late" });
    await bench.control.quiet();
    const events = eventsOf("m-late");
    expect(events.map(({ eventType }) => eventType).sort()).toEqual(["Complaint", "Delivery", "Open"]);
    expect(events.find(({ eventType }) => eventType === "Complaint").complaint).toMatchObject({
      complaintFeedbackType: "not-spam",
      complainedRecipients: [{ emailAddress: "ada@example.org" }],
    });
    await expect(bench.control.publish({ type: "Open", msg_id: "nobody" })).rejects.toThrow("404");
  });

  it("asks the gateway to confirm its subscription, and takes the token once", async () => {
    const { token, topic_arn } = await bench.control.subscribe();
    await bench.control.quiet();
    const request = bench.gateway.received.at(-1) as ReceivedRequest;
    const message = JSON.parse(request.body);
    expect(request.headers["x-amz-sns-message-type"]).toBe("SubscriptionConfirmation");
    expect(message).toMatchObject({ Type: "SubscriptionConfirmation", Token: token, TopicArn: topic_arn });
    expect(
      await verified(request, ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]),
    ).toBe(true);
    const confirm = () =>
      fetch(`${bench.simulator.url}/sns`, {
        method: "POST",
        body: new URLSearchParams({ Action: "ConfirmSubscription", TopicArn: topic_arn, Token: token }),
      });
    const first = await confirm();
    expect([first.status, await first.text()]).toEqual([200, expect.stringContaining("<SubscriptionArn>arn:aws:sns:")]);
    expect((await confirm()).status).toBe(400);
  });

  it("sends callbacks elsewhere, or nowhere, from now on", async () => {
    const before = bench.gateway.received.length;
    await bench.control.callbacksTo(null);
    await send(rawMail("ada@example.org", "m-nowhere"));
    await bench.control.callbacksTo(bench.gateway.url);
    await bench.control.quiet();
    expect(bench.gateway.received).toHaveLength(before);
  });

  it("starts afresh on a reset", async () => {
    await send(rawMail("ada@example.org", "m-gone"));
    await bench.control.fault({ kind: "outage" });
    await bench.control.reset();
    expect(await bench.control.ledger()).toEqual([]);
    expect(await bench.control.health()).toMatchObject({ faults: [], callbacks: { pending: 0, delivered: 0 } });
    await send(rawMail("ada@example.org", "m-fresh"));
    expect(readFileSync(bench.simulator.ledgerPath, "utf8").trim().split("\n")).toHaveLength(1);
    await bench.control.quiet();
  });

  it("refuses a fault that it does not know, and a body that a foreign page could send", async () => {
    await expect(bench.control.fault({ kind: "meteor" as "outage" })).rejects.toThrow("400");
    const answer = await fetch(`${bench.simulator.url}/control/reset`, { method: "POST", body: "{}" });
    expect(answer.status).toBe(415);
  });
});
