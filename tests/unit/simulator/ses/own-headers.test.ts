import { describe, expect, it } from "vitest";
import { headersAsDelivered } from "#simulator/ses/own-headers.ts";

const at = Date.UTC(2026, 0, 5, 12);

describe("the headers of a mail as SES delivers it", () => {
  it.each([
    ["us-east-1", "email.amazonses.com"],
    ["eu-central-1", "eu-central-1.amazonses.com"],
  ])("have SES's own Message-ID and Date, in %s", (region, host) => {
    const ours = [
      { name: "message-id", value: "<ours@example.com>" },
      { name: "DATE", value: "yesterday" },
      { name: "Subject", value: "Hello" },
    ];
    expect(headersAsDelivered(ours, { messageId: "0100-1", at, region })).toEqual([
      { name: "Message-ID", value: `<0100-1@${host}>` },
      { name: "Date", value: "Mon, 05 Jan 2026 12:00:00 +0000" },
      { name: "Subject", value: "Hello" },
    ]);
  });
});
