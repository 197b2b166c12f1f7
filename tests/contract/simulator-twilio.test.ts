import twilio from "twilio";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { sandboxAccounts } from "#simulator/options.ts";
import { type Bench, startBench } from "./simulator-support.ts";

const { accountSid, authToken } = sandboxAccounts.twilio;
const publicBase = "https://comms.example.com";

let bench: Bench;
let client: twilio.Twilio;

beforeAll(async () => {
  bench = await startBench({ outOfOrderShare: 0 });
  client = clientOf(bench, authToken);
});
afterEach(() => bench.control.clearFaults());
afterAll(() => bench.close());

function clientOf({ simulator }: Bench, token: string): twilio.Twilio {
  const made = twilio(accountSid, token);
  made.api.baseUrl = `${simulator.url}/twilio`;
  return made;
}

const callbackOf = (msgId: string): string => `${publicBase}/webhooks/twilio/status?tenant=acme&msg_id=${msgId}`;
const text = (to: string, msgId: string, by = client) =>
  by.messages.create({ to, from: "+15005550006", body: "Your code is 123456", statusCallback: callbackOf(msgId) });
const receivedBy = (msgId: string, at = bench) =>
  at.gateway.received
    .filter(({ url }) => url.includes(`msg_id=${msgId}`))
    .map((request) => ({ ...request, form: Object.fromEntries(new URLSearchParams(request.body)) }));

describe("Twilio by its SDK [TST-08]", () => {
  it("takes a text, gives its resource and writes its line", async () => {
    const message = await text("+14155552671", "t-1");
    expect(message).toMatchObject({
      sid: expect.stringMatching(/^SM[0-9a-f]{32}$/),
      status: "queued",
      to: "+14155552671",
      numSegments: "1",
      errorCode: null,
      dateCreated: expect.any(Date),
    });
    expect(await bench.control.ledger({ msg_id: "t-1" })).toMatchObject([
      { provider: "twilio", channel: "sms", recipient: "+14155552671", tenant: "acme", provider_ref: message.sid },
    ]);
  });

  it("gives a message back by its sid, in the state that it has reached", async () => {
    const { sid } = await text("+14155552671", "t-2");
    await bench.control.quiet();
    expect(await client.messages(sid).fetch()).toMatchObject({ sid, status: "delivered" });
    await expect(client.messages(`SM${"0".repeat(32)}`).fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
  });

  it.each([
    ["+15005550001", 21211],
    ["+15005550002", 21612],
    ["+15005550003", 21408],
    ["+15005550004", 21610],
    ["+15005550009", 21614],
    ["12", 21211],
  ])("refuses the magic number %s with %i", async (to, code) => {
    const msgId = `t-magic-${to.replace("+", "")}`;
    await expect(text(to, msgId)).rejects.toMatchObject({
      status: 400,
      code,
      moreInfo: `https://www.twilio.com/docs/errors/${code}`,
    });
    expect(await bench.control.ledger({ msg_id: msgId })).toMatchObject([{ outcome: String(code), status: 400 }]);
  });

  it.each([
    [{ from: "+15005550001", body: "x" }, 21212],
    [{ from: "+15005550007", body: "x" }, 21606],
    [{ from: "+15005550008", body: "x" }, 21611],
    [{ body: "x" }, 21603],
    [{ from: "+15005550006", body: "x".repeat(1601) }, 21617],
  ])("refuses a sender or a body that is at fault %#", async (fields, code) => {
    await expect(client.messages.create({ to: "+14155552671", ...fields })).rejects.toMatchObject({ code });
  });

  it("refuses a wrong password", async () => {
    await expect(text("+14155552671", "t-auth", clientOf(bench, "wrong"))).rejects.toMatchObject({
      status: 401,
      code: 20003,
    });
  });

  it("counts segments by what the text needs", async () => {
    const of = async (body: string) =>
      (await client.messages.create({ to: "+14155552671", from: "+15005550006", body })).numSegments;
    expect(await of("a".repeat(161))).toBe("2");
    expect(await of(`${"a".repeat(80)}€`.repeat(2))).toBe("2");
    expect(await of("\u{1f600}".repeat(36))).toBe("2");
  });
});

describe("Twilio faults", () => {
  it.each([
    [{ kind: "rate_limit" as const }, 429, 20429],
    [{ kind: "outage" as const }, 503, 20503],
    [{ kind: "status" as const, status: 400, code: "21606" }, 400, 21606],
  ])("speaks %j as Twilio does", async (fault, status, code) => {
    await bench.control.fault({ provider: "twilio", ...fault, count: 1 });
    await expect(text("+14155552671", `t-f${code}`)).rejects.toMatchObject({ status, code });
  });

  it("loses the answer to a message that it took", async () => {
    await bench.control.fault({ provider: "twilio", kind: "reset_after_accept", count: 1 });
    await expect(text("+14155552671", "t-lost")).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(await bench.control.ledger({ msg_id: "t-lost" })).toMatchObject([{ outcome: "accepted" }]);
  });
});

describe("Twilio status callbacks", () => {
  it("tells queued, sent, delivered, signed over the URL that the message named", async () => {
    const { sid } = await text("+14155552671", "t-way");
    await bench.control.quiet();
    const requests = receivedBy("t-way");
    expect(requests.map(({ form }) => form["MessageStatus"])).toEqual(["queued", "sent", "delivered"]);
    for (const { headers, form } of requests) {
      expect(form).toMatchObject({ MessageSid: sid, AccountSid: accountSid, To: "+14155552671" });
      const signature = String(headers["x-twilio-signature"]);
      expect(twilio.validateRequest(authToken, signature, callbackOf("t-way"), form)).toBe(true);
      expect(twilio.validateRequest(authToken, signature, callbackOf("t-other"), form)).toBe(false);
    }
  });

  it("names the error of a message that was not delivered", async () => {
    await text("+15005553003", "t-unreachable");
    await bench.control.quiet();
    expect(receivedBy("t-unreachable").at(-1)?.form).toMatchObject({
      MessageStatus: "undelivered",
      ErrorCode: "30003",
    });
  });

  it("tells nothing of a message that named no callback", async () => {
    const before = bench.gateway.received.length;
    await client.messages.create({ to: "+14155552671", from: "+15005550006", body: "x" });
    await bench.control.quiet();
    expect(bench.gateway.received).toHaveLength(before);
  });

  it("comes out of order for those that the seed draws", async () => {
    const other = await startBench({ outOfOrderShare: 1 });
    await text("+14155552671", "t-swapped", clientOf(other, authToken));
    await other.control.quiet();
    expect(receivedBy("t-swapped", other).map(({ form }) => form["MessageStatus"])).toEqual([
      "queued",
      "delivered",
      "sent",
    ]);
    await other.close();
  });
});
