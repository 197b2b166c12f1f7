import { describe, expect, test } from "vitest";
import { describeEvents } from "#catalog/describe-events.ts";
import { renderEventPage } from "#tools/event-page.ts";

const event = {
  name: "a.b_c",
  family: "trust",
  category: "security",
  description: "Either this | or that happened.",
  payload: {
    type: "object",
    required: ["status"],
    properties: {
      status: { enum: ["on", "off"] },
      total: { type: "object", required: ["units"], properties: { units: { type: "integer", minimum: 1 } } },
      lines: { type: "array", items: { type: "object", properties: { title: { type: "string", format: "text" } } } },
      note: { type: ["string", "null"], maxLength: 9, description: "For the reader" },
    },
  },
  example: { status: "on" },
  sends: [
    {
      role: "user",
      template: "t",
      category: "security",
      critical: true,
      channels: ["sms", "email"],
      dedupe_key: "K:{status}",
      cadence: null,
    },
  ],
};

describe("the page of events", () => {
  const page = renderEventPage([event]);

  test.each([
    "| [a.b_c](#ab_c) | trust | Either this \\| or that happened. |",
    "| user | `t` | sms, email | critical | `K:{status}` |  |",
    '| `status` | `"on"`, `"off"` | required |',
    "| `total` | object | may be left out |",
    "| `total.units` | integer | required; minimum `1` |",
    "| `lines` | array of object | may be left out |",
    "| `lines[].title` | string, text | may be left out |",
    "| `note` | string or null | may be left out; maxLength `9`; For the reader |",
    '"user_id": "usr_user"',
  ])("has the line %s", (line) => expect(page).toContain(line));

  test("has every event of the catalog, with an example for each", () => {
    const all = renderEventPage(describeEvents());
    for (const { name } of describeEvents()) expect(all).toContain(`\n## ${name}\n`);
    expect(all.split("```json").length - 1).toBe(describeEvents().length);
  });
});
