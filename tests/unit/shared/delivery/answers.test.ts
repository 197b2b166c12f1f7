import { describe, expect, test } from "vitest";
import { fcmAnswers } from "#shared/delivery/providers/fcm/core/answers.ts";
import { inappAnswers } from "#shared/delivery/providers/inapp/core/answers.ts";
import { sesAnswers } from "#shared/delivery/providers/ses/core/answers.ts";
import { smtpAnswers } from "#shared/delivery/providers/smtp/core/answers.ts";
import { twilioAnswers } from "#shared/delivery/providers/twilio/core/answers.ts";
import { type AnswerTable, codeOfAnswer, rowOf } from "#shared/domain/delivery/answer.ts";
import { retryAfterMs } from "#shared/domain/delivery/retry-after.ts";

const tables: readonly (readonly [string, AnswerTable])[] = [
  ["SES", sesAnswers],
  ["FCM", fcmAnswers],
  ["Twilio", twilioAnswers],
  ["SMTP", smtpAnswers],
];

/** What each code of each table asks for. */
const everyRow: readonly [string, AnswerTable, Record<string, string>][] = [
  [
    "SES",
    sesAnswers,
    {
      retry: "TooManyRequests Throttling InternalServiceError InternalFailure ServiceUnavailable",
      "retry, 96 tries, P1": "LimitExceeded",
      "halt, P0":
        "AccountSuspended SendingPaused UnrecognizedClient InvalidSignature SignatureDoesNotMatch InvalidClientTokenId CREDENTIALS_UNAVAILABLE ExpiredToken AccessDenied NotFound MailFromDomainNotVerified IdentityNotVerified UnknownOperation",
      "refuse, P2": "MessageRejected",
      "refuse, P1": "BadRequest",
      refuse: "INVALID_LOCAL_PART",
    },
  ],
  [
    "SMTP",
    smtpAnswers,
    {
      retry:
        "421 450 451 452 4.3.0 4.3.1 4.3.2 4.3.5 4.4.0 4.4.1 4.4.2 4.4.3 4.4.5 4.7.0 4.1.1 4.2.0 4.2.1 4.2.2 4.7.1 4yz",
      "retry, 4 tries": "5.2.2",
      "retry, 32 tries, P1": "500 502 503 504 5.5.1 5.7.20 5.7.21 5.7.22 5.7.23 5.7.24 5.7.25 5.7.26 5.7.27 5.7.29",
      "halt, P0":
        "530 534 535 538 5.1.7 5.1.8 5.7.8 5.7.9 5.7.11 AUTH_REFUSED SESSION_REFUSED TLS_NOT_OFFERED TLS_UNTRUSTED SENDER_REFUSED RELAY_DENIED",
      "halt, P1": "AUTH_UNAVAILABLE",
      "refuse, P1": "501 555 5.5.0 5.5.2 5.5.4 5.6.7 5.7.0 5.7.1 5.7.2 5.7.28 SENDER_BLAMED",
      "refuse, P2":
        "550 552 554 5.1.2 5.4.0 5.4.1 5.4.4 5.4.6 5.4.7 5.2.3 5.3.4 5.0.0 5.3.0 5.6.0 5.6.1 5.6.3 MESSAGE_TOO_BIG",
      refuse: "551 553 5.1.3 5.1.0 5.1.4 5.2.0 5.2.1 INVALID_RECIPIENT",
      "refuse, hard_bounce": "5.1.1 5.1.6 5.1.10",
    },
  ],
  [
    "FCM",
    fcmAnswers,
    {
      retry: "QUOTA_EXCEEDED RESOURCE_EXHAUSTED UNAVAILABLE INTERNAL",
      "retry, P1": "TOKEN_UNREADABLE",
      "halt, P0": "SENDER_ID_MISMATCH NOT_FOUND THIRD_PARTY_AUTH_ERROR UNAUTHENTICATED PERMISSION_DENIED TOKEN_REFUSED",
      "refuse, prune": "UNREGISTERED INVALID_ARGUMENT",
      "refuse, P1": "BAD_REQUEST APNS_TOPIC APNS_REFUSED",
    },
  ],
  [
    "Twilio",
    twilioAnswers,
    {
      retry: "20429 21611 30001 30410",
      "retry, 3 tries": "30003",
      "retry, 2 tries": "30008",
      "retry, 32 tries, P1": "21408 21612 30023",
      "retry, 32 tries, P0": "30032 30034",
      "halt, P0": "20003 20005 20008 20404 21212 21603 21606 21608 21659 21660 21703 21705 30002",
      refuse: "30004 30005 30006",
      "refuse, P2": "21602 21617 30007",
      "refuse, stop": "21610",
      "refuse, hard_bounce": "21211 21614",
    },
  ],
  ["in-app", inappAnswers, { "retry, 50 tries": "POSTGRES_UNAVAILABLE", "refuse, P2": "POSTGRES_REFUSED" }],
];

describe("the tables of answers", () => {
  test.each(tables)(
    "%s: a code that nobody knows is tried three times, looked at, and suppresses nobody",
    (_, table) => {
      for (const code of ["Surprise", "99999", "constructor", "http_418"]) {
        expect(rowOf(table, code)).toMatchObject({ act: "retry", tries: 3, alert: "P2" });
        expect(rowOf(table, code)).not.toHaveProperty("suppress");
      }
    },
  );

  test.each<[string, AnswerTable, Record<string, string>]>(everyRow)(
    "%s: what every other recipient would meet too is a fault of the account, and charged to nobody",
    (_, table, rows) => {
      const said = Object.fromEntries(
        Object.entries(table).map(([code, { act, tries, suppress, prune, alert }]) => [
          code,
          [act, tries && `${tries} tries`, suppress, prune && "prune", alert].filter(Boolean).join(", "),
        ]),
      );
      const expected = Object.entries(rows).flatMap(([row, codes]) =>
        codes.split(" ").map((code) => [code, row] as const),
      );
      expect(said).toEqual(Object.fromEntries(expected));
    },
  );

  test("SES: rates wait, an account out of order halts all, a refused message blames no address", () => {
    expect(sesAnswers).toMatchObject({
      TooManyRequests: { act: "retry" },
      LimitExceeded: { act: "retry", baseMs: 900_000 },
      AccountSuspended: { act: "halt", alert: "P0" },
      SendingPaused: { act: "halt", alert: "P0" },
      MessageRejected: { act: "refuse" },
      BadRequest: { act: "refuse" },
      NotFound: { act: "halt", alert: "P0" },
      MailFromDomainNotVerified: { act: "halt", alert: "P0" },
    });
    expect(Object.values(sesAnswers).filter(({ suppress }) => suppress)).toEqual([]);
  });

  test("Twilio: only bad numbers and opt-outs suppress", () => {
    const suppressing = Object.entries(twilioAnswers).flatMap(([code, { suppress }]) =>
      suppress ? [`${code} ${suppress}`] : [],
    );
    expect(suppressing).toEqual(["21211 hard_bounce", "21610 stop", "21614 hard_bounce"]);
    expect(twilioAnswers).toMatchObject({
      "20003": { act: "halt" },
      "30002": { act: "halt" },
      "30003": { tries: 3 },
      "30034": { alert: "P0" },
    });
  });

  test.for<[string, string | undefined, number, string]>([
    ["a known code stays", "20003", 401, "20003"],
    ["a refused access is the account's under any code but one that says so", "21610", 403, "http_403"],
    ["a 503 is an outage under any code", "20503", 503, "http_503"],
    ["an unknown code of ours stays", "21999", 400, "21999"],
    ["no code is the status", undefined, 418, "http_418"],
  ])("%s", ([, own, status, code]) => {
    expect(codeOfAnswer(twilioAnswers, own, status)).toBe(code);
  });
});

describe("Retry-After", () => {
  test.each([
    ["120", 120_000],
    ["0", 0],
    ["Mon, 05 Jan 2026 12:01:00 GMT", 60_000],
    ["Mon, 05 Jan 2026 11:00:00 GMT", 0],
    ["999999", 3_600_000],
    ["soon", 0],
    [undefined, 0],
  ])("%s is %i ms", (header, ms) => {
    expect(retryAfterMs(header, Date.UTC(2026, 0, 5, 12))).toBe(ms);
  });
});
