import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { codeOfReply, type SmtpStage, smtpAnswers } from "#shared/delivery/providers/smtp/core/answers.ts";
import { parseReply } from "#shared/delivery/providers/smtp/core/reply.ts";
import { rowOf } from "#shared/domain/delivery/answer.ts";
import { deadMailboxCodes } from "#shared/domain/delivery/mail-reply.ts";

const rowAt = (raw: string, stage: SmtpStage) => {
  const reply = parseReply(raw);
  if (!reply) throw new Error(`${raw} is no reply`);
  return rowOf(smtpAnswers, codeOfReply(reply, stage));
};

describe("what an SMTP refusal means", () => {
  test.each<[string, SmtpStage, object]>([
    ["550 5.1.1 unknown user", "message", { act: "refuse", suppress: "hard_bounce", reason: "COMMS_INVALID_ADDRESS" }],
    ["550 5.1.10 null MX", "message", { act: "refuse", suppress: "hard_bounce" }],
    ["550 5.1.6 moved", "message", { act: "refuse", suppress: "hard_bounce" }],
    ["450 4.2.2 full", "message", { act: "retry" }],
    ["552 5.2.2 full", "message", { act: "retry", tries: 4 }],
    ["450 5.1.1 soft_bounce is on", "message", { act: "retry" }],
    ["451 4.7.1 greylisted", "message", { act: "retry", baseMs: 60_000 }],
    ["421 4.3.2 shutting down", "message", { act: "retry", isOutage: true }],
    ["421 4.7.0 too many connections", "session", { act: "retry", isOutage: true }],
    ["451 4.7.0 slow down", "message", { act: "retry", isOutage: true }],
    ["499 4.9.9 something new", "message", { act: "retry" }],
    ["550 5.7.1 spam", "message", { act: "refuse", alert: "P1" }],
    ["554 5.7.1 spam", "message", { act: "refuse", alert: "P1" }],
    ["554 5.7.1 <ada@example.com>: Relay access denied", "message", { act: "halt", alert: "P0" }],
    ["550 5.7.54 SMTP; Unable to relay recipient", "message", { act: "halt", alert: "P0" }],
    ["550 5.1.8 <no-reply@notify.example.com>: Sender address rejected", "message", { act: "halt", alert: "P0" }],
    ["502 5.5.1 unknown command", "message", { act: "retry", tries: 32, alert: "P1" }],
    ["550 5.7.26 unauthenticated", "message", { act: "retry", tries: 32, alert: "P1" }],
    ["550 5.1.1 blocked using zen.spamhaus.org", "message", { act: "refuse", alert: "P1" }],
    ["554 5.3.0 rejected: IP on spamhaus block list", "message", { act: "refuse", alert: "P1" }],
    ["550 Service unavailable; client host blocked using Spamhaus", "message", { act: "refuse", alert: "P1" }],
    ["550 5.1.1 <spam@example.com>: user unknown", "message", { act: "refuse", suppress: "hard_bounce" }],
    ["550 no", "message", { act: "refuse", alert: "P2" }],
    ["599 5.9.9 something new", "message", { act: "retry", tries: 3, alert: "P2" }],
    ["530 5.7.1 Authentication required", "sender", { act: "halt", alert: "P0" }],
    ["530 5.7.0 Must issue a STARTTLS command first", "message", { act: "halt", alert: "P0" }],
    ["535 5.7.8 wrong", "auth", { act: "halt", alert: "P0" }],
    ["550 5.1.1 a login refused oddly", "auth", { act: "halt", alert: "P0" }],
    ["454 4.7.0 the directory is away", "auth", { act: "halt", alert: "P1" }],
    ["554 5.7.1 your address is listed", "session", { act: "halt", alert: "P0" }],
    ["550 5.1.1 sender unknown", "sender", { act: "halt", alert: "P0" }],
    ["552 5.3.4 too big", "sender", { act: "refuse", description: "The mail is too big" }],
  ])("%s at %s", (raw, stage, row) => {
    expect(rowAt(raw, stage)).toMatchObject(row);
    if (!("suppress" in row)) expect(rowAt(raw, stage)).not.toHaveProperty("suppress");
  });

  test("three codes suppress: no more may join them unseen", () => {
    const suppressing = Object.entries(smtpAnswers).flatMap(([code, { suppress }]) => (suppress ? [code] : []));
    expect(suppressing.toSorted()).toEqual([...deadMailboxCodes].toSorted());
  });

  test("nothing but a named enhanced code at RCPT or DATA suppresses, and what comes with a 4 is never final", () => {
    let refused = 0;
    let later = 0;
    const part = fc.integer({ min: 0, max: 30 });
    const stages = fc.constantFrom<SmtpStage>("session", "auth", "sender", "message");
    fc.assert(
      fc.property(
        fc.tuple(fc.integer({ min: 400, max: 599 }), part, part, stages),
        ([code, subject, detail, stage]) => {
          const status = `${String(code)[0]}.${subject % 9}.${detail}`;
          const row = rowAt(`${code} ${status} text`, stage);
          if (code < 500) {
            later++;
            expect(row.act).not.toBe("refuse");
          }
          if (row.suppress) {
            refused++;
            expect(stage).toBe("message");
            expect(deadMailboxCodes).toContain(status);
          }
        },
      ),
      { numRuns: 5_000 },
    );
    expect(later).toBeGreaterThan(1_000);
    expect(refused).toBeGreaterThan(0);
  });
});
