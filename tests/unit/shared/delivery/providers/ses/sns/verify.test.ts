import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { verifySns } from "#shared/delivery/providers/ses/sns/verify.ts";
import type { UnsignedEnvelope } from "#simulator/sns/envelope.ts";
import { signEnvelope, snsOrigin } from "#simulator/sns/envelope.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";
import { certificateUrl, confirmation, notification, publicKey, sealed, signing, topicArn } from "../bench.ts";

const clock = createManualClock();
const fetched: string[] = [];
const endpoint = {
  certificates: {
    keyOf: async (url: string) => {
      fetched.push(url);
      return url === certificateUrl ? publicKey : undefined;
    },
  },
};
const topics = new Map([[topicArn, endpoint]]);

async function codeOf(message: object | string): Promise<string> {
  fetched.length = 0;
  const body = typeof message === "string" ? message : JSON.stringify(message);
  const verified = await verifySns(body, topics, clock.now());
  return "refused" in verified ? verified.refused.code : "verified";
}

const { Subject: _, ...plain } = notification(clock);
const messages: readonly (readonly [string, UnsignedEnvelope])[] = [
  ["a notification", notification(clock)],
  ["a notification without a subject", plain],
  ["a subscription", confirmation(clock)],
  ["an end of subscription", confirmation(clock, "UnsubscribeConfirmation")],
];

describe.each(messages)("%s", (_name, message) => {
  it("is verified as SNS signed it", async () => {
    expect(await codeOf(sealed(message))).toBe("verified");
    expect(fetched).toEqual([certificateUrl]);
  });

  it.each(Object.keys(message).filter((field) => !["Type", "TopicArn", "Timestamp"].includes(field)))(
    "is refused where %s was changed",
    async (field) => {
      const good = sealed(message);
      expect(await codeOf({ ...good, [field]: `${good[field]}x` })).toBe("COMMS_WEBHOOK_SIGNATURE");
    },
  );

  it("is refused where its time was changed, though within the hour", async () => {
    const Timestamp = new Date(clock.now() - 1_000).toISOString();
    expect(await codeOf({ ...sealed(message), Timestamp })).toBe("COMMS_WEBHOOK_SIGNATURE");
  });

  it("is refused where another topic of ours was put in", async () => {
    const other = `${topicArn}-2`;
    const verified = await verifySns(
      JSON.stringify({ ...sealed(message), TopicArn: other }),
      new Map([...topics, [other, endpoint]]),
      clock.now(),
    );
    expect(verified).toMatchObject({ refused: { code: "COMMS_WEBHOOK_SIGNATURE" } });
  });

  it("is refused with another's signature", async () => {
    const forger = { ...signing, key: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey };
    expect(await codeOf(signEnvelope(message, forger).body)).toBe("COMMS_WEBHOOK_SIGNATURE");
  });

  it.each(["", "x", "AAAA", "not base64 at all"])("is refused with the signature '%s'", async (Signature) => {
    expect(await codeOf({ ...sealed(message), Signature })).toMatch(/SIGNATURE|MALFORMED/);
  });
});

describe("a message is refused, and nothing fetched for it,", () => {
  it.each([
    ["by an older signature", { SignatureVersion: "1" }, "COMMS_WEBHOOK_SIGNATURE"],
    ["of a topic that is not ours", { TopicArn: `${topicArn}s` }, "COMMS_WEBHOOK_TOPIC"],
    [
      "with a certificate from elsewhere",
      { SigningCertURL: `${snsOrigin}.evil.com/${signing.file}` },
      "COMMS_WEBHOOK_CERTIFICATE",
    ],
    [
      "with a certificate behind a port",
      { SigningCertURL: `${snsOrigin}:8443/${signing.file}` },
      "COMMS_WEBHOOK_CERTIFICATE",
    ],
    [
      "with a certificate at another path",
      { SigningCertURL: `${snsOrigin}/x/${signing.file}` },
      "COMMS_WEBHOOK_CERTIFICATE",
    ],
    ["without a time", { Timestamp: "yesterday" }, "COMMS_WEBHOOK_STALE"],
    ["of another type", { Type: "Subscription" }, "COMMS_WEBHOOK_MALFORMED"],
    ["with a type of Object's", { Type: "constructor" }, "COMMS_WEBHOOK_MALFORMED"],
    ["with an id over two lines", { MessageId: "a\nSubject\nb" }, "COMMS_WEBHOOK_MALFORMED"],
    ["with a subject that is no text", { Subject: 7 }, "COMMS_WEBHOOK_MALFORMED"],
    ["with a message that is no text", { Message: { eventType: "Bounce" } }, "COMMS_WEBHOOK_MALFORMED"],
    ["without a signature", { Signature: undefined }, "COMMS_WEBHOOK_MALFORMED"],
  ])("%s", async (_why, change, code) => {
    expect(await codeOf({ ...sealed(notification(clock)), ...change })).toBe(code);
    expect(fetched).toEqual([]);
  });

  it.each(["", "null", "[]", '"x"', "{", "MessageStatus=delivered"])("that is no message: %s", async (body) => {
    expect(await codeOf(body)).toBe("COMMS_WEBHOOK_MALFORMED");
  });

  it.each([
    [-3_600_001, "COMMS_WEBHOOK_STALE"],
    [-3_600_000, "verified"],
    [300_000, "verified"],
    [300_001, "COMMS_WEBHOOK_STALE"],
  ])("%i ms from now: %s", async (offset, code) => {
    const Timestamp = new Date(clock.now() + offset).toISOString();
    expect(await codeOf(sealed(notification(clock, { Timestamp })))).toBe(code);
  });
});

it("a message is refused where there is no certificate at its URL", async () => {
  const elsewhere = { ...signing, file: "SimpleNotificationService-ffff.pem" };
  expect(await codeOf(signEnvelope(notification(clock), elsewhere).body)).toBe("COMMS_WEBHOOK_CERTIFICATE");
});
