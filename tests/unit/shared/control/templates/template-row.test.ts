import { describe, expect, it } from "vitest";
import { type TemplateRow, templateRow } from "#shared/control/templates/template-row.ts";
import { emailSource, source, templateOf } from "../../domain/template/builders.ts";

const empty = {
  subject_mjml: null,
  body_mjml: null,
  body_text: null,
  push_json: null,
  sms_text: null,
  inapp_json: null,
};
const note = { subject: "T", text: "B", data: '{"deep_link":"app://1"}' };
const noteJson = '{"title":"T","body":"B","data":{"deep_link":"app://1"}}';

describe("the row of a template", () => {
  it.each([
    [
      "email",
      emailSource("", { text: "B" }),
      { subject_mjml: "Hello {{ name }}", body_mjml: /^<mjml>/, body_text: "B" },
    ],
    ["sms", source({ text: "B" }), { sms_text: "B" }],
    ["push", source({ channel: "PUSH", ...note }), { push_json: noteJson }],
    ["inapp", source({ channel: "INAPP", ...note }), { inapp_json: noteJson }],
    ["whatsapp", source({ channel: "WHATSAPP", ...note }), {}],
  ] as const)("fills the columns of %s, and of no other channel", (channel, from, columns) => {
    const row = templateRow(from, templateOf({ channel: from.channel }));
    expect(row.channel).toBe(channel);
    for (const [column, expected] of Object.entries({ ...empty, ...columns })) {
      const value = row[column as keyof TemplateRow];
      if (expected instanceof RegExp) expect(value).toMatch(expected);
      else expect(value).toBe(expected);
    }
  });
});
