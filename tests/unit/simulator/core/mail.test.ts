import { describe, expect, it } from "vitest";
import { bareAddresses, headerOf, readHeaders } from "#simulator/core/mail.ts";

const raw = Buffer.from(
  [
    "From: Carillon <hello@example.com>",
    "List-Unsubscribe: <https://example.com/u/1>,",
    " <mailto:u@example.com>",
    "X-Comms-Msg-ID: m-1",
    "",
    "Subject: not a header",
  ].join("\r\n"),
);

describe("readHeaders", () => {
  it("unfolds, keeps names as they were written, and stops at the empty line", async () => {
    const headers = await readHeaders(raw);
    expect(headers.map(({ name }) => name)).toEqual(["From", "List-Unsubscribe", "X-Comms-Msg-ID"]);
    expect(headerOf(headers, "list-unsubscribe")).toBe("<https://example.com/u/1>, <mailto:u@example.com>");
    expect(headerOf(headers, "x-comms-msg-id")).toBe("m-1");
    expect(headerOf(headers, "Subject")).toBeUndefined();
  });
});

describe("bareAddresses", () => {
  it.each([
    ["ada@example.org", ["ada@example.org"]],
    ['"Lovelace, Ada" <ada@example.org>, bo@example.org', ["ada@example.org", "bo@example.org"]],
    [undefined, []],
    ["", []],
  ])("reads %s", (value, addresses) => {
    expect(bareAddresses(value)).toEqual(addresses);
  });
});
