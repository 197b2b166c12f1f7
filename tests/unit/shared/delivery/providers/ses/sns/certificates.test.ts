import { createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { MockAgent } from "undici";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCertificates } from "#shared/delivery/providers/ses/sns/certificates.ts";
import { createSigningCertificate, type SigningCertificate } from "#simulator/sns/certificate.ts";
import { createManualClock, type ManualClock } from "#tests/support/manual-clock.ts";

const host = "https://sns.us-east-1.amazonaws.com";
const path = "/SimpleNotificationService-ab.pem";
const url = host + path;
const clock0 = createManualClock();
const certificate = await createSigningCertificate(clock0.now(), 2_048);
const renewed = await createSigningCertificate(clock0.now(), 2_048);

let agent: MockAgent;
let clock: ManualClock;

beforeEach(() => {
  agent = new MockAgent();
  agent.disableNetConnect();
  clock = createManualClock();
});
afterEach(() => agent.close());

/** Answers once; a second request that nobody expects fails. */
function answers(
  status: number,
  body: string | Buffer,
  { origin = host, at = path, location }: { origin?: string; at?: string; location?: string } = {},
) {
  agent
    .get(origin)
    .intercept({ path: at })
    .reply(status, body, { headers: location === undefined ? {} : { location } });
}

function certificates(origin?: string) {
  return createCertificates({ clock, dispatcher: agent, origin });
}

const spki = { type: "spki", format: "pem" } as const;

/** Checks that a key is the certificate's own: the public half of its private key, and one that takes its signature. */
function expectOwnKey(key: KeyObject | undefined, { key: privateKey }: SigningCertificate = certificate): void {
  const message = Buffer.from("a notification");
  expect(key?.type).toBe("public");
  expect(key?.export(spki)).toBe(createPublicKey(privateKey.export({ type: "pkcs8", format: "pem" })).export(spki));
  expect(verify("sha256", message, key as KeyObject, sign("sha256", message, privateKey))).toBe(true);
}

describe("a certificate", () => {
  it("is fetched once, however many wait for it and come later", async () => {
    answers(200, certificate.pem);
    const known = certificates();
    const [first, second] = await Promise.all([known.keyOf(url), known.keyOf(url)]);
    expectOwnKey(first);
    expect(second).toBe(first);
    expect(await known.keyOf(url)).toBe(first);
    agent.assertNoPendingInterceptors();
  });

  it("is fetched again after a day, and its new key taken", async () => {
    answers(200, certificate.pem);
    const known = certificates();
    expectOwnKey(await known.keyOf(url));
    await clock.advance(24 * 3_600_000);
    answers(200, renewed.pem);
    expectOwnKey(await known.keyOf(url), renewed);
    agent.assertNoPendingInterceptors();
  });

  it("comes from the configured origin, with that origin's path in front", async () => {
    answers(200, certificate.pem, { origin: "http://127.0.0.1:9", at: `/sns${path}` });
    expectOwnKey(await certificates("http://127.0.0.1:9/sns/").keyOf(url));
  });

  it("is none behind a redirect, which is not followed", async () => {
    answers(302, "", { location: "https://evil.example.com/cert.pem" });
    answers(200, certificate.pem, { origin: "https://evil.example.com", at: "/cert.pem" });
    expect(await certificates().keyOf(url)).toBeUndefined();
    expect(agent.pendingInterceptors()).toHaveLength(1);
  });

  it.each([
    ["larger than one can be", 200, `${certificate.pem}${" ".repeat(16 * 1024)}`],
    ["that cannot be read", 200, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
    ["that is not there", 404, certificate.pem],
    ["of no length", 200, ""],
  ])("is none: one %s", async (_why, status, body) => {
    answers(status, body);
    expect(await certificates().keyOf(url)).toBeUndefined();
  });

  it("is none before or after its time", async () => {
    answers(200, certificate.pem);
    await clock.advance(366 * 24 * 3_600_000);
    expect(await certificates().keyOf(url)).toBeUndefined();
  });

  it("that is not there is not asked for again for a minute", async () => {
    answers(404, "");
    const known = certificates();
    await known.keyOf(url);
    await clock.advance(59_999);
    expect(await known.keyOf(url)).toBeUndefined();
    answers(200, certificate.pem);
    await clock.advance(1);
    expectOwnKey(await known.keyOf(url));
  });

  it("is a retryable error where the server fails; the next message asks again", async () => {
    answers(503, "");
    const known = certificates();
    await expect(known.keyOf(url)).rejects.toMatchObject({ code: "SNS_UNAVAILABLE", retryable: true });
    await expect(known.keyOf(url)).rejects.toMatchObject({ code: "SNS_UNAVAILABLE" });
    answers(200, certificate.pem);
    expectOwnKey(await known.keyOf(url));
  });
});

describe("URLs that a stranger invents", () => {
  it("push no certificate out, however many they are", async () => {
    answers(200, certificate.pem);
    const known = certificates();
    const first = await known.keyOf(url);
    for (let invented = 0; invented < 50; invented++) {
      const at = `/SimpleNotificationService-${invented.toString(16)}.pem`;
      answers(404, "", { at });
      expect(await known.keyOf(host + at)).toBeUndefined();
    }
    expect(await known.keyOf(url)).toBe(first);
  });

  it("are fetched eight at a time at most; more are refused for now", async () => {
    const known = certificates();
    const asked = Array.from({ length: 9 }, (_, invented) => {
      const at = `/SimpleNotificationService-${invented}.pem`;
      if (invented < 8) answers(404, "", { at });
      return known.keyOf(host + at);
    });
    const ends = await Promise.allSettled(asked);
    expect(ends.map(({ status }) => status)).toEqual([...Array<string>(8).fill("fulfilled"), "rejected"]);
    expect(ends.at(-1)).toMatchObject({ reason: { code: "SNS_UNAVAILABLE", retryable: true } });
  });
});
