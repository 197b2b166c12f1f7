import { describe, expect, test } from "vitest";
import { refusedRecipient, replyTo } from "#simulator/smtp/outcomes.ts";

describe("a recipient that the SMTP double refuses", () => {
  test.each([
    ["bounce@simulator.amazonses.com", 550, "5.1.1"],
    ["mailboxfull@simulator.amazonses.com", 450, "4.2.2"],
    ["reject@simulator.amazonses.com", 550, "5.1.1"],
  ])("%s is answered with %i %s", (address, code, status) => {
    expect(refusedRecipient(address)).toEqual({ code, text: `${status} <${address}>: Recipient address rejected` });
  });

  test.each(["anna@example.com", "success@simulator.amazonses.com", "complaint@simulator.amazonses.com"])(
    "%s is accepted",
    (address) => expect(refusedRecipient(address)).toBeUndefined(),
  );
});

describe("a fault over SMTP", () => {
  test.each([
    [{ kind: "rate_limit" }, { code: 451, text: "4.7.0 Too many messages, slow down" }],
    [{ kind: "outage" }, { code: 421, text: "4.3.2 Service shutting down" }],
    [{ kind: "status" }, { code: 451, text: "4.3.0 Refused" }],
    [
      { kind: "status", status: 552 },
      { code: 552, text: "5.3.0 Refused" },
    ],
    [
      { kind: "status", status: 552, code: "5.3.4 Too big" },
      { code: 552, text: "5.3.4 Too big" },
    ],
  ] as const)("%j", (refusal, reply) => expect(replyTo(refusal)).toEqual(reply));
});
