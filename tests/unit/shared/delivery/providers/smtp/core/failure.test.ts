import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answerOfFailure, answerOfSuccess } from "#shared/delivery/providers/smtp/core/failure.ts";

const mailerError = (fields: object, message = "failed") => Object.assign(new Error(message), fields);
const before = { isComplete: false };
const after = { isComplete: true };

describe("an error before the final dot: nothing was taken", () => {
  test.each<[string, object, object]>([
    ["no connection", { code: "ESOCKET", originalCode: "ECONNREFUSED", command: "CONN" }, unreached("ECONNREFUSED")],
    [
      "no greeting",
      { code: "ETIMEDOUT", timeoutType: "GREETING_TIMEOUT", command: "CONN" },
      unreached("GREETING_TIMEOUT"),
    ],
    ["a lost connection", { code: "ECONNECTION", command: "CONN" }, unreached("ECONNECTION")],
    ["the deadline", { name: "AbortError", code: "EABORT" }, unreached("DEADLINE")],
    ["a pool that closed", {}, unreached("CONNECTION_LOST")],
    [
      "a certificate",
      { code: "ESOCKET", originalCode: "DEPTH_ZERO_SELF_SIGNED_CERT", command: "CONN" },
      refused("TLS_UNTRUSTED"),
    ],
    ["a handshake that failed", { code: "ESOCKET", originalCode: "EPROTO", command: "CONN" }, unreached("EPROTO")],
    ["no STARTTLS", { code: "ETLS", command: "STARTTLS", response: "502 5.5.1 what" }, refused("TLS_NOT_OFFERED")],
    ["STARTTLS not now", { code: "ETLS", command: "STARTTLS", response: "454 4.7.0 later" }, refused("4.7.0")],
    ["a wrong password", { code: "EAUTH", command: "AUTH PLAIN", response: "535 5.7.8 no" }, refused("AUTH_REFUSED")],
    ["no AUTH there", { code: "EAUTH", command: "API" }, refused("AUTH_REFUSED")],
    [
      "a greeting with 554",
      { code: "EPROTOCOL", command: "CONN", response: "554 5.7.1 listed" },
      refused("SESSION_REFUSED"),
    ],
    ["a greeting with 421", { code: "EPROTOCOL", command: "CONN", response: "421 busy" }, refused("421")],
    ["421 in mid-session", { code: "ECONNECTION", command: "CONN", response: "421 4.3.2 down" }, refused("4.3.2")],
    ["a sender", { code: "EENVELOPE", command: "MAIL FROM", response: "550 5.1.8 who" }, refused("SENDER_REFUSED")],
    ["a recipient", { code: "EENVELOPE", command: "RCPT TO", response: "550 5.1.1 who" }, refused("5.1.1")],
    ["DATA", { code: "EENVELOPE", command: "DATA", response: "554 5.5.1 no" }, refused("5.5.1")],
    [
      "a reply that is none",
      { code: "EENVELOPE", command: "RCPT TO", response: "what" },
      unreached("UNREADABLE_ANSWER"),
    ],
    ["a mail too big", { code: "EMESSAGE", command: "MAIL FROM" }, refused("MESSAGE_TOO_BIG")],
  ])("%s", (_, fields, answer) => {
    expect(answerOfFailure(mailerError(fields), before)).toEqual(answer);
  });

  test.each([
    ['Invalid recipient "a b"', "INVALID_RECIPIENT"],
    ['Invalid sender "a b"', "SENDER_REFUSED"],
  ])("%s", (message, code) => {
    expect(answerOfFailure(mailerError({ code: "EENVELOPE", command: "API" }, message), before)).toEqual(refused(code));
  });
});

describe("an error after the final dot", () => {
  test.each<[string, object, object]>([
    ["a whole refusal", { code: "EMESSAGE", command: "DATA", response: "554 5.7.1 spam" }, refused("5.7.1")],
    ["a refusal for now", { code: "EMESSAGE", command: "DATA", response: "451 4.3.0 later" }, refused("4.3.0")],
    ["a lost connection", { code: "ECONNECTION", command: "CONN" }, unknown("ECONNECTION")],
    ["a reset", { code: "ESOCKET", originalCode: "ECONNRESET", command: "CONN" }, unknown("ECONNRESET")],
    ["silence", { code: "ETIMEDOUT", timeoutType: "SOCKET_TIMEOUT", command: "CONN" }, unknown("SOCKET_TIMEOUT")],
    ["the deadline", { name: "AbortError", code: "EABORT" }, unknown("DEADLINE")],
    ["a half reply", { code: "ECONNECTION", command: "CONN", response: "451 4." }, unknown("ECONNECTION")],
    ["a reply that is none", { code: "EMESSAGE", command: "DATA", response: "what" }, unknown("UNREADABLE_ANSWER")],
    ["354 once more", { code: "EMESSAGE", command: "DATA", response: "354 go on" }, unknown("UNREADABLE_ANSWER")],
    ["no error at all", { name: "constructor" }, unknown("CONNECTION_LOST")],
  ])("%s", (_, fields, answer) => {
    expect(answerOfFailure(mailerError(fields), after)).toEqual(answer);
  });

  test("is never taken for unsent, for any code and command of nodemailer", () => {
    let runs = 0;
    const text = fc.constantFrom(
      "ECONNECTION",
      "EAUTH",
      "EENVELOPE",
      "ETLS",
      "CONN",
      "MAIL FROM",
      "RCPT TO",
      "API",
      "",
    );
    fc.assert(
      fc.property(
        text,
        text,
        fc.constantFrom(undefined, "421 x", "550 5.1.1 x", "250 ok"),
        (code, command, response) => {
          runs++;
          expect(answerOfFailure(mailerError({ code, command, response }), after).kind).toBe("unknown");
        },
      ),
    );
    expect(runs).toBeGreaterThan(50);
  });
});

describe("a yes", () => {
  test.each<[string, unknown, boolean, object]>([
    ["with a queue id", "250 2.0.0 Ok: queued as 4dJkX2", true, { kind: "accepted", ref: "4dJkX2" }],
    ["with garbage behind it", "250 \u0000\u00ff", true, { kind: "accepted", ref: null }],
    ["that is no reply", "2 fine", true, unknown("UNREADABLE_ANSWER")],
    ["of two minds", "250-a\n550 b", true, unknown("UNREADABLE_ANSWER")],
    ["before the mail was there", "250 Ok", false, unknown("UNREADABLE_ANSWER")],
    ["of no text", undefined, true, unknown("UNREADABLE_ANSWER")],
  ])("%s", (...[, response, isComplete, answer]) => {
    expect(answerOfSuccess(response, { isComplete })).toEqual(answer);
  });
});

function unreached(code: string) {
  return { kind: "unreached", code };
}
function refused(code: string) {
  return { kind: "refused", code };
}
function unknown(code: string) {
  return { kind: "unknown", code };
}
