import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { fcmSettings } from "#shared/delivery/providers/fcm/config.ts";

const pem = { type: "pkcs8", format: "pem" } as const;
const key = generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey.export(pem).toString();
const account = { COMMS_FCM_PROJECT: "p", COMMS_FCM_CLIENT_EMAIL: "sender@project.example" };

describe("the settings of FCM", () => {
  test.each([
    ["as it is", key],
    ["with its line ends written out", key.replaceAll("\n", "\\n")],
  ])("take a private key in PEM %s", (_, written) => {
    const read = fcmSettings.read({ ...account, COMMS_FCM_PRIVATE_KEY: written });
    if (read.kind === "issues") throw new Error(read.issues.join());
    expect(read.config.COMMS_FCM_PRIVATE_KEY.export(pem)).toBe(key);
  });

  test.each(["local", "canary", "-----BEGIN PRIVATE KEY-----"])("take no word in its place (%s)", (written) => {
    expect(fcmSettings.read({ ...account, COMMS_FCM_PRIVATE_KEY: written })).toEqual({
      kind: "issues",
      issues: ["COMMS_FCM_PRIVATE_KEY: is not a private rsa key in PEM"],
    });
  });
});
