import { describe, expect, test } from "vitest";
import { fcmAnswers } from "#shared/delivery/providers/fcm/core/answers.ts";
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

  test("SES: rates wait, an account out of order halts all, a refused message blames no address", () => {
    expect(sesAnswers).toMatchObject({
      TooManyRequests: { act: "retry" },
      LimitExceeded: { act: "retry", baseMs: 900_000 },
      AccountSuspended: { act: "halt", alert: "P0" },
      SendingPaused: { act: "halt", alert: "P0" },
      MessageRejected: { act: "refuse" },
      BadRequest: { act: "refuse" },
      NotFound: { act: "refuse" },
      MailFromDomainNotVerified: { act: "refuse" },
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
