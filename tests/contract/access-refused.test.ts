import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ChannelAdapter, OutboundMessage } from "#shared/delivery/adapter.ts";
import { createFcmAdapter } from "#shared/delivery/providers/fcm/adapter.ts";
import { createSesAdapter } from "#shared/delivery/providers/ses/adapter.ts";
import { createTwilioAdapter } from "#shared/delivery/providers/twilio/adapter.ts";
import { rowOf } from "#shared/domain/delivery/answer.ts";
import { fcmAccount, mailOptions } from "#tests/support/provider-accounts.ts";
import { oddProvider } from "#tests/unit/shared/delivery/odd-provider.ts";
import { emailTo, pushTo, textTo } from "./sender-simulator.ts";

let provider: Awaited<ReturnType<typeof oddProvider>>;
let granting: Awaited<ReturnType<typeof oddProvider>>;
beforeAll(async () => {
  provider = await oddProvider();
  granting = await oddProvider();
  granting.says(200, '{"access_token":"t","expires_in":3600}');
});
afterAll(async () => {
  await provider.close();
  await granting.close();
});

const ses = () =>
  createSesAdapter({
    region: "us-east-1",
    endpoint: provider.plain,
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "x" },
    mail: mailOptions,
  });
const fcm = () =>
  createFcmAdapter({ account: fcmAccount, baseUrl: provider.plain, tokenUrl: `${granting.plain}/token` });
/** Whose token endpoint is what refuses. */
const ungranted = () =>
  createFcmAdapter({ account: fcmAccount, baseUrl: granting.plain, tokenUrl: `${provider.plain}/token` });
const twilio = () =>
  createTwilioAdapter({
    accountSid: `AC${"0".repeat(32)}`,
    authToken: "t",
    baseUrl: provider.plain,
    from: "+15005550006",
    callbackUrl: "https://gateway.example.com",
    deadlineMs: 5_000,
  });

const sesError = (name: string) => JSON.stringify({ __type: name, message: "No" });
const fcmError = (status: string, errorCode?: string, ...details: object[]) => {
  const type = "type.googleapis.com/google.firebase.fcm.v1.FcmError";
  return JSON.stringify({
    error: { status, details: [...(errorCode ? [{ "@type": type, errorCode }] : []), ...details] },
  });
};
const twilioError = (code: number) => JSON.stringify({ code, message: "No" });

/** Of each provider: a code of its own for this, its own codes of other things, one that nobody knows. */
const providers: readonly (readonly [string, () => ChannelAdapter, () => OutboundMessage, readonly string[]])[] = [
  [
    "SES",
    ses,
    () => emailTo("ada@example.com"),
    [
      "AccessDeniedException",
      "TooManyRequestsException",
      "MessageRejected",
      "BadRequestException",
      "RequestExpired",
    ].map(sesError),
  ],
  [
    "FCM",
    fcm,
    () => pushTo("token-1"),
    [
      fcmError("UNAUTHENTICATED"),
      fcmError("UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR"),
      fcmError("PERMISSION_DENIED", "SENDER_ID_MISMATCH"),
      fcmError("NOT_FOUND", "UNREGISTERED"),
      fcmError("INVALID_ARGUMENT", "INVALID_ARGUMENT", { fieldViolations: [{ field: "message.token" }] }),
      fcmError("RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"),
      fcmError("SOMETHING_NEW"),
    ],
  ],
  [
    "FCM's token endpoint",
    ungranted,
    () => pushTo("token-1"),
    ['{"error":"invalid_grant"}', fcmError("INVALID_ARGUMENT")],
  ],
  ["Twilio", twilio, () => textTo("+14155550123"), [20003, 21610, 21211, 20429, 99999].map(twilioError)],
];

describe.each(providers)("%s: access that is refused halts the account, at P0", (...[, open, message, own]) => {
  const bodies = [...own, "<html><h1>Forbidden</h1></html>", ""];
  test.each([401, 403].flatMap((status) => bodies.map((body) => [status, body] as const)))("%i %s", async (...row) => {
    provider.says(...row);
    const adapter = open();
    const answer = await adapter.send(message(), AbortSignal.timeout(5_000));
    await adapter.close();
    if (answer.kind !== "refused") throw new Error(`It is ${answer.kind}`);
    const meaning = rowOf(adapter.answers, answer.code);
    expect(meaning).toMatchObject({ act: "halt", alert: "P0" });
    expect([meaning.suppress, meaning.prune]).toEqual([undefined, undefined]);
  });
});
