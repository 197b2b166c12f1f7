import { describe, expect, it, vi } from "vitest";
import type { ProviderEvent } from "#shared/contracts/records.ts";
import { createSnsReceiver, openSnsReceiver, type SnsEndpoint } from "#shared/delivery/providers/ses/sns/receiver.ts";
import { createReplayCache } from "#shared/delivery/providers/ses/sns/replay-cache.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { directOutbound } from "#shared/platform/http/outbound.ts";
import { signEnvelope, type UnsignedEnvelope } from "#simulator/sns/envelope.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";
import { type Bench, createBench } from "../../../../../gateway/bench.ts";
import { certificateUrl, confirmation, notification, publicKey, sealed, signing, topicArn } from "../bench.ts";

async function post({ app }: Bench, message: UnsignedEnvelope | string, headers: Record<string, string> = {}) {
  const { headers: own, body } =
    typeof message === "string" ? { headers: {}, body: message } : signEnvelope(message, signing);
  return app.inject({ method: "POST", url: "/webhooks/ses", payload: body, headers: { ...own, ...headers } });
}

describe("POST /webhooks/ses [FBK-01] [EML-04] [INT-06]", () => {
  it("writes the message of a verified notification raw, under an id of SNS's own", async () => {
    const bench = createBench();
    const message = notification(bench.clock);
    expect((await post(bench, message)).statusCode).toBe(200);
    const id = deriveId("provider-event", "ses", message.MessageId);
    expect(bench.published).toEqual([
      {
        topic: "comms.provider-events",
        key: id,
        value: {
          provider_event_id: id,
          tenant_id: "default",
          provider: "ses",
          received_at: bench.clock.now(),
          content_type: "text/plain; charset=UTF-8",
          msg_id: null,
          query: null,
          body: Buffer.from(message.Message),
        } satisfies ProviderEvent,
      },
    ]);
  });

  it.each(["text/plain", "application/json", "application/octet-stream"])("takes it as %s", async (type) => {
    const bench = createBench();
    expect((await post(bench, notification(bench.clock), { "content-type": type })).statusCode).toBe(200);
    expect(bench.published).toHaveLength(1);
  });

  it("never looks into the message: what is in it need not even be JSON", async () => {
    const bench = createBench();
    expect((await post(bench, notification(bench.clock, { Message: "{not json" }))).statusCode).toBe(200);
    expect(bench.published).toHaveLength(1);
  });

  it("takes a message of SNS's full size", async () => {
    const bench = createBench();
    const Message = '"'.repeat(256 * 1024);
    expect((await post(bench, notification(bench.clock, { Message }))).statusCode).toBe(200);
  });

  it("answers a replay as the first time, and writes nothing", async () => {
    const bench = createBench();
    const message = notification(bench.clock);
    await post(bench, message);
    await bench.clock.advance(1_800_000);
    expect((await post(bench, message)).statusCode).toBe(200);
    expect(bench.published).toHaveLength(1);
    await bench.clock.advance(1_800_001);
    expect((await post(bench, message)).statusCode).toBe(403);
    expect(bench.published).toHaveLength(1);
  });

  it("is not answered with a yes before the log has it, and SNS may send again", async () => {
    const bench = createBench();
    bench.failures.push(new AppError("KAFKA_UNAVAILABLE", "away", { retryable: true }));
    const message = notification(bench.clock);
    const answer = await post(bench, message);
    expect([answer.statusCode, answer.headers["retry-after"]]).toEqual([503, "5"]);
    expect((await post(bench, message)).statusCode).toBe(200);
    expect(bench.published).toHaveLength(1);
  });
});

describe("POST /webhooks/ses, subscriptions [INT-06]", () => {
  it("confirms a subscription by topic and token, and writes nothing", async () => {
    const bench = createBench();
    const message = confirmation(bench.clock);
    expect((await post(bench, message)).statusCode).toBe(200);
    expect(bench.confirmed).toEqual([[message.TopicArn, message.Token]]);
    expect(bench.published).toEqual([]);
    // Nothing but the certificate was fetched: the SubscribeURL is never visited.
    expect(bench.fetched).toHaveLength(1);
  });

  it("raises an alarm at the end of a subscription, once, and restores none: somebody may have meant it", async () => {
    const bench = createBench();
    const ended = confirmation(bench.clock, "UnsubscribeConfirmation");
    for (let told = 0; told < 2; told++) expect((await post(bench, ended)).statusCode).toBe(200);
    expect([bench.published, bench.confirmed]).toEqual([[], []]);
    expect(bench.counted).toEqual(["ses subscription ended"]);
    await post(bench, confirmation(bench.clock));
    expect(bench.counted).toHaveLength(1);
  });
});

describe("POST /webhooks/ses, what is refused [INT-06]", () => {
  it("refuses what is forged with a problem that has a code, and writes nothing", async () => {
    const bench = createBench();
    const forged = JSON.stringify({ ...sealed(notification(bench.clock)), Message: "forged" });
    const answer = await post(bench, forged);
    expect(answer.statusCode).toBe(403);
    expect(answer.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
    expect(answer.json()).toEqual({
      type: "urn:comms:problem:COMMS_WEBHOOK_SIGNATURE",
      title: "The webhook's signature does not fit",
      status: 403,
      detail: "The signature does not verify",
      code: "COMMS_WEBHOOK_SIGNATURE",
    });
    expect(bench.published).toEqual([]);
  });

  it("refuses a confirmation that is forged without telling SNS anything", async () => {
    const bench = createBench();
    const forged = JSON.stringify({ ...sealed(confirmation(bench.clock)), Token: "other" });
    expect((await post(bench, forged)).statusCode).toBe(403);
    expect(bench.confirmed).toEqual([]);
  });

  it("refuses a body beyond all bounds", async () => {
    const answer = await post(createBench(), "x".repeat(768 * 1024 + 1));
    expect([answer.statusCode, answer.json().code]).toEqual([413, "COMMS_PAYLOAD_TOO_LARGE"]);
  });

  const big = 500 * 1024;
  const fieldsOf = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 1]));
  it.each([
    ["more levels than SNS has", "[".repeat(big), "COMMS_WEBHOOK_MALFORMED"],
    ["objects in objects", '{"a":'.repeat(big / 5), "COMMS_WEBHOOK_MALFORMED"],
    ["more fields than SNS has", JSON.stringify(fieldsOf(40_000)), "COMMS_WEBHOOK_MALFORMED"],
    ["more bytes than SNS sends", JSON.stringify({ Message: "x".repeat(540 * 1024) }), "COMMS_PAYLOAD_TOO_LARGE"],
  ])("refuses a body of %s before it is parsed", async (_what, body, code) => {
    const bench = createBench();
    const parse = vi.spyOn(JSON, "parse");
    const answer = await post(bench, body);
    const parsed = parse.mock.calls.length;
    parse.mockRestore();
    expect([parsed, answer.json().code, bench.fetched]).toEqual([0, code, []]);
  });

  it("takes the attributes that a message may have beside its fields", async () => {
    const bench = createBench();
    const attributes = Array.from({ length: 10 }, (_, i) => [`a${i}`, { Type: "String", Value: "x" }]);
    const message = { ...sealed(notification(bench.clock)), MessageAttributes: Object.fromEntries(attributes) };
    expect((await post(bench, JSON.stringify(message))).statusCode).toBe(200);
  });

  it("refuses no body at all", async () => {
    const answer = await createBench().app.inject({ method: "POST", url: "/webhooks/ses" });
    expect([answer.statusCode, answer.json().code]).toEqual([403, "COMMS_WEBHOOK_MALFORMED"]);
  });
});

describe("the receiver of several accounts", () => {
  const clock = createManualClock();
  const [ours, theirs] = [topicArn, `${topicArn}-2`];
  const confirmed: string[] = [];
  const fetched: string[] = [];
  const endpoint = (name: string) => ({
    certificates: {
      keyOf: async (url: string) => {
        fetched.push(name);
        return url === certificateUrl ? publicKey : undefined;
      },
    },
    confirm: async (arn: string) => void confirmed.push(`${name} ${arn}`),
  });
  const { receive } = createSnsReceiver({
    topics: new Map<string, SnsEndpoint>([
      [ours, endpoint("ours")],
      [theirs, { ...endpoint("theirs"), tenant: "loft" }],
    ]),
    replays: createReplayCache(),
  });
  const receiveSigned = (message: UnsignedEnvelope) =>
    receive({
      url: "/webhooks/ses",
      headers: {},
      body: Buffer.from(signEnvelope(message, signing).body),
      now: clock.now(),
    });

  it.each([
    ["ours", ours, "default"],
    ["theirs", theirs, "loft"],
  ])("takes messages of the topic of %s, by the certificates and for the tenant of that account", async (...row) => {
    const [name, TopicArn, tenant_id] = row;
    fetched.length = 0;
    const result = await receiveSigned(notification(clock, { TopicArn, MessageId: name }));
    expect(result).toMatchObject({ kind: "verified", event: { provider: "ses", tenant_id }, status: 200 });
    expect(fetched).toEqual([name]);
  });

  it("refuses a third topic", async () => {
    const result = await receiveSigned(notification(clock, { TopicArn: `${topicArn}-3` }));
    expect(result).toMatchObject({ kind: "refused", code: "COMMS_WEBHOOK_TOPIC" });
  });

  it("confirms a subscription where its account does, and not before it is told to", async () => {
    const result = await receiveSigned({ ...confirmation(clock), TopicArn: theirs });
    expect(confirmed).toEqual([]);
    if (result.kind === "verified") await result.published?.();
    expect(confirmed).toEqual([`theirs ${theirs}`]);
  });

  it("is opened from what each account names, and only then fetches", async () => {
    const accounts = [[ours], [theirs]].map((COMMS_SNS_TOPIC_ARNS, i) => ({
      config: { COMMS_SNS_TOPIC_ARNS, COMMS_SNS_CERTIFICATE_ORIGIN: `http://127.0.0.1:${i + 1}` },
    }));
    const opened = openSnsReceiver(accounts, {
      clock,
      publicUrl: "https://comms.example.com",
      outbound: directOutbound,
    });
    const post = (TopicArn: string) => {
      const body = Buffer.from(signEnvelope(notification(clock, { TopicArn }), signing).body);
      return opened.receive({ url: "/webhooks/ses", headers: {}, body, now: clock.now() });
    };
    await expect(post(ours)).rejects.toMatchObject({ code: "SNS_UNAVAILABLE", cause: { port: 1 } });
    await expect(post(theirs)).rejects.toMatchObject({ code: "SNS_UNAVAILABLE", cause: { port: 2 } });
    expect(await post(`${topicArn}-3`)).toMatchObject({ code: "COMMS_WEBHOOK_TOPIC" });
  });
});
