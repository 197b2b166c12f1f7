import { describe, expect, it } from "vitest";
import { type EventFile, eventFileIssues } from "#catalog/event-file.ts";
import type { TemplateManifest } from "#shared/domain/template/manifest.ts";

const known: TemplateManifest = {
  category: "booking",
  critical: false,
  tracking: true,
  channels: [],
  author: "catalog",
  variables: {},
};
const path = "booking/booking.confirmed.yaml";
const send = { role: "buyer", template: "known", channels: ["email"], dedupe_key: "A:{booking_id}:{minute}" };
const content: EventFile = {
  name: "booking.confirmed",
  family: "booking",
  category: "booking",
  description: "A booking is confirmed",
  payload: { type: "object", properties: { booking_id: {} } },
  example: {},
  sends: [send],
};

function issuesOf(over: Partial<EventFile>): readonly string[] {
  return eventFileIssues({ path, content: { ...content, ...over } }, new Map([["known", known]]));
}

describe("the issues of an event file", () => {
  it.each<[string, Partial<EventFile>, string]>([
    ["an unknown template", { sends: [{ ...send, template: "nope" }] }, "template 'nope' does not exist"],
    [
      "a dedupe key beyond the payload",
      { sends: [{ ...send, dedupe_key: "A:{b}" }] },
      "dedupe_key names 'b', which the payload does not have",
    ],
    ["another folder", { family: "docs" }, "belongs in docs/booking.confirmed.yaml"],
    ["a name in upper case", { name: "Booking.confirmed" }, "name: is lower-case words joined by dots"],
    [
      "a channel without a sender",
      { sends: [{ ...send, channels: ["email", "whatsapp"] }] },
      "sends.0.channels.1: has no sender yet",
    ],
    ["a channel that is none", { sends: [{ ...send, channels: ["fax"] }] }, "sends.0.channels.0: is no channel"],
  ])("name %s", (_, over, issue) => {
    expect(issuesOf(over)).toEqual([`${path}: ${issue}`]);
  });

  it("are none for a file that fits, on every channel with a sender", () => {
    expect(issuesOf({ sends: [{ ...send, channels: ["email", "push", "sms", "inapp"] }] })).toEqual([]);
  });
});
