import { describe, expect, test } from "vitest";
import { parseReply, queueIdOf } from "#shared/delivery/providers/smtp/core/reply.ts";

describe("a reply of an SMTP server", () => {
  test.each([
    ["550 5.1.1 <a@b.c>: no such user", { code: 550, enhanced: "5.1.1", text: "<a@b.c>: no such user" }],
    ["550-5.7.26 Not\n550 5.7.26 signed", { code: 550, enhanced: "5.7.26", text: "Not signed" }],
    ["250", { code: 250, text: "" }],
    ["250 2.0.0", { code: 250, enhanced: "2.0.0", text: "" }],
    ["550 No such user", { code: 550, text: "No such user" }],
    ["550 4.2.1 the classes differ", { code: 550, text: "the classes differ" }],
    ["450 5.1.1 soft_bounce", { code: 450, text: "soft_bounce" }],
    ["550 10.1.1.1 is listed", { code: 550, text: "10.1.1.1 is listed" }],
    ["250 \u0000\u00ff\u2028garbage", { code: 250, text: "\u0000\u00ff\u2028garbage" }],
  ])("%j", (raw, reply) => {
    expect(parseReply(raw)).toEqual(reply);
  });

  test.each([undefined, "", "2", "25 ok", "2500 ok", "HTTP/1.1 400 Bad Request", "650 no", "250-a\n550 b", "\u00ff"])(
    "%j is none",
    (raw) => {
      expect(parseReply(raw)).toBeUndefined();
    },
  );
});

describe("the id by which a server knows the mail", () => {
  test.each([
    ["Postfix", "250 2.0.0 Ok: queued as 4dJkX21vzzQ9x", "4dJkX21vzzQ9x"],
    ["Exim", "250 OK id=1rXyZa-0001Ab-2C", "1rXyZa-0001Ab-2C"],
    ["Sendmail", "250 2.0.0 3AR7abc012345 Message accepted for delivery", "3AR7abc012345"],
    ["SES", "250 Ok 0100018b5c3c0a4f-77d0-000000", "0100018b5c3c0a4f-77d0-000000"],
    ["Exchange", "250 2.6.0 <abc@host.example> [InternalId=1, Hostname=x] Queued", "abc@host.example"],
    ["one that says nothing", "250 2.0.0 Ok", null],
    ["garbage", "250 \u0000\u00ff", null],
  ])("%s", (_, raw, id) => {
    const reply = parseReply(raw);
    expect(reply && queueIdOf(reply)).toBe(id);
  });
});
