import { createSign, generateKeyPairSync } from "node:crypto";
import { request } from "undici";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Bench, startBench } from "./simulator-support.ts";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

let bench: Bench;
let accessToken: string;

beforeAll(async () => {
  bench = await startBench();
  accessToken = (await grant(assertion())).access_token;
});
afterEach(() => bench.control.clearFaults());
afterAll(() => bench.close());

function assertion(claims: object = {}): string {
  const iat = Math.floor(Date.now() / 1000);
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${encode({ alg: "RS256", typ: "JWT" })}.${encode({
    iss: "sender@carillon-simulator.iam.gserviceaccount.com",
    scope: "https://www.googleapis.com/auth/firebase.messaging",
    aud: "https://oauth2.googleapis.com/token",
    iat,
    exp: iat + 3600,
    ...claims,
  })}`;
  return `${text}.${createSign("sha256").update(text).sign(privateKey, "base64url")}`;
}

async function grant(jwt: string): Promise<{ access_token: string; [field: string]: unknown }> {
  const form = new URLSearchParams({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion: jwt });
  const answer = await request(`${bench.simulator.url}/fcm/token`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: form.toString(),
  });
  return (await answer.body.json()) as { access_token: string };
}

async function push(message: object, token = accessToken) {
  const answer = await request(`${bench.simulator.url}/fcm/v1/projects/demo/messages:send`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ message }),
  });
  return { status: answer.statusCode, headers: answer.headers, body: await answer.body.json() };
}

const to = (token: string, msgId: string): object => ({
  token,
  notification: { title: "Booking confirmed", body: "See you on Friday" },
  data: { msg_id: msgId, tenant: "acme" },
  android: { priority: "HIGH", collapse_key: "booking" },
});

const fcmDetail = (errorCode: string): object => ({
  "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError",
  errorCode,
});

describe("Google's token endpoint", () => {
  it("grants an hour's token", async () => {
    expect(await grant(assertion())).toMatchObject({ token_type: "Bearer", expires_in: 3599 });
  });

  it.each([
    [{ exp: 1 }, "exp must follow iat"],
    [{ iat: 1000, exp: 2000 }, "short-lived"],
    [{ scope: "https://www.googleapis.com/auth/drive" }, "scope"],
  ])("refuses the claims %j", async (claims, words) => {
    expect(await grant(assertion(claims))).toMatchObject({
      error: "invalid_grant",
      error_description: expect.stringContaining(words),
    });
  });
});

describe("FCM HTTP v1 over undici [TST-08]", () => {
  it("takes a push, gives its name and writes its line", async () => {
    const answer = await push(to("device-1", "p-1"));
    expect(answer).toMatchObject({
      status: 200,
      body: { name: expect.stringMatching(/^projects\/demo\/messages\/0:/) },
    });
    expect(await bench.control.ledger({ msg_id: "p-1" })).toMatchObject([
      { provider: "fcm", channel: "push", recipient: "device-1", tenant: "acme", outcome: "accepted" },
    ]);
  });

  it.each([
    ["UNREGISTERED", 404, "NOT_FOUND"],
    ["SENDER_ID_MISMATCH", 403, "PERMISSION_DENIED"],
    ["THIRD_PARTY_AUTH_ERROR", 401, "UNAUTHENTICATED"],
    ["QUOTA_EXCEEDED", 429, "RESOURCE_EXHAUSTED"],
    ["UNAVAILABLE", 503, "UNAVAILABLE"],
    ["INTERNAL", 500, "INTERNAL"],
  ])("answers a token that names %s with %i", async (code, status, name) => {
    const answer = await push(to(`device-${code}-7`, `p-${code}`));
    expect(answer).toMatchObject({
      status,
      body: { error: { code: status, status: name, details: [fcmDetail(code)] } },
    });
    expect(await bench.control.ledger({ msg_id: `p-${code}` })).toMatchObject([{ outcome: code, status }]);
  });
});

describe("FCM's INVALID_ARGUMENT, and what else is wrong with a request [TST-08]", () => {
  it.each([
    ["INVALID_ARGUMENT", [fcmDetail("INVALID_ARGUMENT"), { fieldViolations: [{ field: "message.token" }] }]],
    ["MESSAGE_TOO_BIG", [fcmDetail("INVALID_ARGUMENT")]],
    ["DeviceTokenNotForTopic", [fcmDetail("INVALID_ARGUMENT"), { statusCode: 400, reason: "DeviceTokenNotForTopic" }]],
    ["BadDeviceToken", [fcmDetail("INVALID_ARGUMENT"), { statusCode: 400, reason: "BadDeviceToken" }]],
  ])("answers a token that names %s with one of the four meanings of INVALID_ARGUMENT", async (name, details) => {
    const answer = await push(to(`device-${name}-7`, `p-${name}`));
    expect(answer).toMatchObject({ status: 400, body: { error: { status: "INVALID_ARGUMENT", details } } });
    expect(await bench.control.ledger({ msg_id: `p-${name}` })).toMatchObject([{ outcome: name, status: 400 }]);
  });

  it("counts a collapse id in bytes, as APNs does", async () => {
    const withId = (id: string) => ({ ...to("device-1", "p-id"), apns: { headers: { "apns-collapse-id": id } } });
    expect((await push(withId("é".repeat(32)))).status).toBe(200);
    expect(await push(withId("é".repeat(33)))).toMatchObject({
      status: 400,
      body: { error: { details: [{}, { reason: "BadCollapseId" }] } },
    });
  });

  it.each([
    [{ token: "d", data: { n: 1 } }, "message.data.n", "Invalid value"],
    [{ token: "d", color: "red" }, "message", 'Unknown name "color"'],
    [{ data: {} }, "message", "Recipient of the message is not set."],
    [{ token: "d", data: { text: "x".repeat(4100) } }, "message", "too big"],
    [{ token: "d", data: { "google.x": "1" } }, "message.data", "Invalid data payload key"],
  ])("blames the request, and not the token, where the request is wrong %#", async (message, field, words) => {
    const answer = await push(message);
    expect(answer).toMatchObject({
      status: 400,
      body: {
        error: {
          status: "INVALID_ARGUMENT",
          message: expect.stringContaining(words),
          details: [{ "@type": "type.googleapis.com/google.rpc.BadRequest", fieldViolations: [{ field }] }],
        },
      },
    });
    expect(JSON.stringify(answer.body)).not.toContain("FcmError");
  });

  it("refuses a token that it did not grant, or that has ended", async () => {
    const ended = accessToken.replace(/\.\d+\./, ".1000.");
    for (const token of ["made-up", ended]) {
      expect(await push(to("device-1", "p-auth"), token)).toMatchObject({
        status: 401,
        body: { error: { status: "UNAUTHENTICATED" } },
      });
    }
  });

  it("names its wait in Retry-After only where the fault says so", async () => {
    await bench.control.fault({ provider: "fcm", kind: "rate_limit", retry_after_s: 7, count: 1 });
    await bench.control.fault({ provider: "fcm", kind: "rate_limit", count: 1 });
    expect((await push(to("device-1", "p-limit"))).headers).toMatchObject({ "retry-after": "7" });
    const second = await push(to("device-1", "p-limit"));
    expect(second).toMatchObject({ status: 429, body: { error: { details: [fcmDetail("QUOTA_EXCEEDED")] } } });
    expect(second.headers).not.toHaveProperty("retry-after");
  });
});
