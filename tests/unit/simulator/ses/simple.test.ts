import { describe, expect, it } from "vitest";
import { type SimpleMail, simpleProblem } from "#simulator/ses/simple.ts";

const from = "Carillon <no-reply@example.com>";
const mail: SimpleMail = {
  Subject: { Data: "Hello" },
  Body: { Text: { Data: "Grüße\n", Charset: "UTF-8" } },
  Headers: [{ Name: "List-Unsubscribe", Value: "<https://example.com/u>" }],
};
const header = (Name: string, Value = "v") => ({ Name, Value });
const withHeaders = (...Headers: SimpleMail["Headers"]): SimpleMail => ({ ...mail, Headers });

describe("a mail that SES composes", () => {
  it.each([
    ["parts and headers", mail],
    ["fifteen headers", withHeaders(...Array.from({ length: 15 }, (_, i) => header(`X-${i}`)))],
    ["an X- header twice", withHeaders(header("X-A"), header("X-A"))],
    ["the longest name and value", withHeaders(header("N".repeat(126), "v".repeat(870)))],
    ["ASCII without a charset", { ...mail, Body: { Html: { Data: "<p>\r\n\t</p>" } } }],
  ])("is taken with %s", (_, given) => {
    expect(simpleProblem(from, given)).toBeUndefined();
  });

  const reserved =
    "Bcc CC Content-Disposition Content-Type Date From Message-ID MIME-Version Reply-To Return-Path Subject To";
  it.each([
    ...reserved.split(" ").map((name) => [`the header ${name}`, withHeaders(header(name)), "may not be set"] as const),
    ["sixteen headers", withHeaders(...Array.from({ length: 16 }, (_, i) => header(`X-${i}`))), "more than 15"],
    [
      "a line break in a value",
      withHeaders(header("X-A", "a\r\nBcc: eve@example.com")),
      "Invalid value of header 'X-A'",
    ],
    ["a value outside ASCII", withHeaders(header("X-A", "ü")), "Invalid value"],
    ["an empty value", withHeaders(header("X-A", "")), "Invalid value"],
    ["a value that is too long", withHeaders(header("X-A", "v".repeat(871))), "Invalid value"],
    ["a name with a colon", withHeaders(header("X:A")), "Invalid header name"],
    ["a name with a line break", withHeaders(header("X\r\nA")), "Invalid header name"],
    ["a name that is too long", withHeaders(header("N".repeat(127))), "Invalid header name"],
    ["an empty name", withHeaders(header("")), "Invalid header name"],
    ["a header twice", withHeaders(header("List-Id"), header("list-id")), "Duplicate header 'list-id'"],
    ["a subject outside ASCII", { ...mail, Subject: { Data: "Grüße", Charset: "UTF-8" } }, "Subject"],
    ["a subject of two lines", { ...mail, Subject: { Data: "a\nBcc: b" } }, "Subject"],
    ["no body", { ...mail, Body: {} }, "empty"],
    ["letters without a charset", { ...mail, Body: { Text: { Data: "ü" } } }, "charset"],
  ] as const)("is refused with %s", (_, given, problem) => {
    expect(simpleProblem(from, given)).toContain(problem);
  });

  it("is refused from a name outside ASCII", () => {
    expect(simpleProblem("Bücher <b@example.com>", mail)).toContain("FromEmailAddress");
  });
});
