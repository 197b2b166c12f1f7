import { describe, expect, it } from "vitest";
import { openTwilioReceiver } from "#shared/delivery/providers/twilio/receiver.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import { signForm } from "#simulator/twilio/signature.ts";
import { createBench, twilioTokens } from "../../../../gateway/bench.ts";

const form = {
  AccountSid: "AC1",
  MessageSid: "SM1",
  MessageStatus: "delivered",
  To: "+15005550006",
  From: "+15005550006",
};
const path = "/webhooks/twilio/status?tenant=acme&msg_id=m-1";

interface Ask {
  readonly publicUrl?: string;
  /** What Twilio signed, where it is not what was configured. */
  readonly signed?: string;
  readonly token?: string;
  readonly path?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

async function post(ask: Ask = {}) {
  const publicUrl = ask.publicUrl ?? "https://comms.example.com";
  const bench = createBench({ publicUrl });
  const signature = signForm(ask.token ?? twilioTokens[0], ask.signed ?? publicUrl + path, form);
  const answer = await bench.app.inject({
    method: "POST",
    url: ask.path ?? path,
    payload: ask.body ?? new URLSearchParams(form).toString(),
    headers: {
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
      "x-twilio-signature": signature,
      ...ask.headers,
    },
  });
  return { answer, bench, published: bench.published };
}

describe("POST /webhooks/twilio/status [FBK-01] [INT-06]", () => {
  it("writes a signed form raw, with the tenant and the message of its URL", async () => {
    const { answer, bench, published } = await post();
    expect(answer.statusCode).toBe(204);
    const id = deriveId("provider-event", "twilio", "SM1", "delivered", "");
    expect(published).toEqual([
      {
        topic: "comms.provider-events",
        key: id,
        value: {
          provider_event_id: id,
          tenant_id: "acme",
          provider: "twilio",
          received_at: bench.clock.now(),
          content_type: "application/x-www-form-urlencoded; charset=utf-8",
          msg_id: "m-1",
          query: "tenant=acme&msg_id=m-1",
          body: Buffer.from(new URLSearchParams(form).toString()),
        },
      },
    ]);
  });

  it.each([
    ["with the usual port", "https://comms.example.com", "https://comms.example.com:443"],
    ["without its port", "https://comms.example.com:8443", "https://comms.example.com"],
    ["with its port", "https://comms.example.com:8443", "https://comms.example.com:8443"],
    ["behind a path of its own", "https://example.com/comms", "https://example.com/comms"],
    ["without encryption, with the usual port", "http://comms.example.com", "http://comms.example.com:80"],
  ])("takes a signature over the URL %s", async (_how, publicUrl, origin) => {
    expect((await post({ publicUrl, signed: origin + path })).answer.statusCode).toBe(204);
  });

  it("takes the token before, while the new one is being brought in", async () => {
    expect((await post({ token: twilioTokens[1] })).answer.statusCode).toBe(204);
  });

  it("takes parameters in any order, and values in any script", async () => {
    const body = new URLSearchParams(Object.entries(form).toReversed()).toString();
    expect((await post({ body })).answer.statusCode).toBe(204);
  });

  it.each<[string, Ask]>([
    ["another token", { token: "guessed" }],
    ["no signature", { headers: { "x-twilio-signature": "" } }],
    ["another message", { path: "/webhooks/twilio/status?tenant=acme&msg_id=m-2" }],
    ["another tenant", { path: "/webhooks/twilio/status?tenant=other&msg_id=m-1" }],
    ["a parameter more", { body: new URLSearchParams({ ...form, ErrorCode: "21610" }).toString() }],
    ["a parameter less", { body: "MessageStatus=delivered" }],
    ["another value", { body: new URLSearchParams({ ...form, MessageStatus: "failed" }).toString() }],
    [
      "a host of the header's choice",
      { signed: `https://evil.example.com${path}`, headers: { host: "evil.example.com" } },
    ],
    [
      "a scheme of the header's choice",
      { signed: `http://comms.example.com${path}`, headers: { "x-forwarded-proto": "http" } },
    ],
  ])("refuses %s, and writes nothing", async (_what, ask) => {
    const { answer, published } = await post(ask);
    expect([answer.statusCode, answer.json().code, published]).toEqual([403, "COMMS_WEBHOOK_SIGNATURE", []]);
  });

  it("refuses a body that is no form", async () => {
    const { answer } = await post({ headers: { "content-type": "application/json" }, body: "{}" });
    expect([answer.statusCode, answer.json().code]).toEqual([415, "COMMS_UNSUPPORTED_MEDIA_TYPE"]);
  });
});

describe("POST /webhooks/twilio/status, of what is no status [INT-06]", () => {
  it.each([
    ["an inbound text", { MessageSid: "SM1", SmsStatus: "received", Body: "STOP", From: "+14155550123" }],
    ["a form without a status", { MessageSid: "SM1" }],
    ["a status of nothing", { MessageStatus: "delivered" }],
  ])(
    "refuses %s, though it is signed: it is no status callback, and must not come to the stage that reads them",
    async (_, fields) => {
      const bench = createBench({ publicUrl: "https://comms.example.com" });
      for (let time = 0; time < 30; time++) {
        const answer = await bench.app.inject({
          method: "POST",
          url: path,
          payload: new URLSearchParams(fields as Record<string, string>).toString(),
          headers: {
            "content-type": "application/x-www-form-urlencoded",
            "x-twilio-signature": signForm(twilioTokens[0], `https://comms.example.com${path}`, fields),
          },
        });
        expect([answer.statusCode, answer.json().code]).toEqual([422, "COMMS_WEBHOOK_NO_STATUS"]);
      }
      expect(bench.published).toEqual([]);
      expect(bench.counted).toHaveLength(30);
    },
  );
});

describe("the receiver of several Twilio accounts", () => {
  const account = (token: string) => ({
    config: { COMMS_TWILIO_AUTH_TOKEN: token, COMMS_TWILIO_AUTH_TOKEN_PREVIOUS: undefined },
  });
  const publicUrl = "https://comms.example.com";
  const { receive } = openTwilioReceiver([account("first token"), { ...account("second token"), tenant: "loft" }], {
    publicUrl,
  });
  const receiveSigned = (token: string) =>
    receive({
      url: path,
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": signForm(token, publicUrl + path, form),
      },
      body: Buffer.from(new URLSearchParams(form).toString()),
      now: 7,
    });

  it.each([
    ["first token", "for the tenant in its address", "acme"],
    ["second token", "for the account's own tenant, also if the address names another", "loft"],
  ])("takes a callback that the %s signed, %s", async (token, _for, tenant_id) => {
    expect(await receiveSigned(token)).toMatchObject({
      kind: "verified",
      event: { tenant_id, msg_id: "m-1", received_at: 7 },
      notes: { msg_id: "m-1" },
      status: 204,
    });
  });

  it.each([
    ["acme", "acme"],
    ["loft", "loft"],
    ["other", "acme"],
  ])("counts one of a token that two tenants' accounts share, for %s, as that of %s", async (named, tenant_id) => {
    const shared = ["acme", "loft"].map((tenant) => ({ ...account("shared token"), tenant }));
    const url = `/webhooks/twilio/status?tenant=${named}&msg_id=m-1`;
    const result = await openTwilioReceiver(shared, { publicUrl }).receive({
      url,
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": signForm("shared token", publicUrl + url, form),
      },
      body: Buffer.from(new URLSearchParams(form).toString()),
      now: 7,
    });
    expect(result).toMatchObject({ kind: "verified", event: { tenant_id } });
  });

  it("refuses one that a third account's token signed", async () => {
    expect(await receiveSigned("third token")).toMatchObject({ kind: "refused", code: "COMMS_WEBHOOK_SIGNATURE" });
  });
});

describe("the names in a callback's address", () => {
  it.each([
    ["", "default", null],
    ["?tenant=&msg_id=", "default", null],
    ["?tenant=a&tenant=b&msg_id=m&msg_id=n", "default", null],
    ["?tenant=a%20b&msg_id=m%2F1", "a b", "m/1"],
  ])("%s: %s, %s", async (query, tenant_id, msg_id) => {
    const url = `/webhooks/twilio/status${query}`;
    const publicUrl = "https://comms.example.com";
    const config = { COMMS_TWILIO_AUTH_TOKEN: "t", COMMS_TWILIO_AUTH_TOKEN_PREVIOUS: undefined };
    const result = await openTwilioReceiver([{ config }], { publicUrl }).receive({
      url,
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": signForm("t", publicUrl + url, form),
      },
      body: Buffer.from(new URLSearchParams(form).toString()),
      now: 7,
    });
    expect(result).toMatchObject({ event: { tenant_id, msg_id } });
  });
});

describe("a body that nobody has signed", () => {
  const publicUrl = "https://comms.example.com";
  const config = { COMMS_TWILIO_AUTH_TOKEN: "t", COMMS_TWILIO_AUTH_TOKEN_PREVIOUS: undefined };
  const { receive } = openTwilioReceiver([{ config }], { publicUrl });
  const receiveBody = (body: string, signature = "x") =>
    receive({
      url: path,
      headers: { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature },
      body: Buffer.from(body),
      now: 7,
    });
  const fieldsOf = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, ""]));

  it.each([
    ["more fields than any callback has", new URLSearchParams(fieldsOf(129)).toString()],
    ["separators alone", "&".repeat(16_000)],
    ["more bytes than any callback has", `Body=${"x".repeat(16 * 1024)}`],
  ])("of %s is refused before it is read", async (_what, body) => {
    expect(await receiveBody(body)).toMatchObject({ kind: "refused", code: "COMMS_PAYLOAD_TOO_LARGE" });
  });

  it("is taken with as many fields as that, if it is signed", async () => {
    const fields = { ...fieldsOf(126), MessageSid: "SM1", MessageStatus: "sent" };
    const body = new URLSearchParams(fields).toString();
    expect(await receiveBody(body, signForm("t", publicUrl + path, fields))).toMatchObject({ kind: "verified" });
  });
});
