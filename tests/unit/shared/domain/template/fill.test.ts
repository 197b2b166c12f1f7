import { describe, expect, it } from "vitest";
import type { Template } from "#shared/contracts/records.ts";
import { FillError, fill } from "#shared/domain/template/fill.ts";
import { parseTemplate } from "#shared/domain/template/parsed.ts";
import { templateOf } from "./builders.ts";

function filled(change: Partial<Template>, variables: object) {
  return fill(parseTemplate(templateOf(change)), variables);
}

describe("fill", () => {
  it("lets no control character into a subject", () => {
    const content = filled(
      { channel: "EMAIL", subject: "For {{ name }}", html: "<p>{{ name }}</p>", text: "{{ name }}" },
      { name: "Ada\r\nBcc: eve@example.com\u0000\u2028x" },
    );
    expect(content).toEqual({
      channel: "EMAIL",
      subject: "For Ada Bcc: eve@example.com x",
      html: "<p>Ada Bcc: eve@example.com x</p>",
      text: "Ada Bcc: eve@example.com x",
    });
  });

  it("writes SMS in plain punctuation and keeps letters", () => {
    expect(filled({}, { text: "“Inés’s – día…”\u202f5" })).toEqual({ channel: "SMS", text: '"Inés\'s - día..." 5' });
  });

  it("folds empty lines in prose", () => {
    expect(filled({ text: "a{{ text }} \n\n\n\nb\n" }, { text: " " })).toEqual({ channel: "SMS", text: "a\n\nb" });
  });

  it("takes the collapse key out of a push's data, leaves out what is empty, and lets nothing break out of JSON", () => {
    const push: Partial<Template> = {
      channel: "PUSH",
      subject: "T",
      text: "B",
      data: '{"collapse_key":"k-{{ id }}","deep_link":"app://{{ id }}","note":"{{ note }}"}',
    };
    expect(filled(push, { id: '1","x":"y', note: "" })).toEqual({
      channel: "PUSH",
      title: "T",
      body: "B",
      data: { deep_link: "app://1%22%2C%22x%22%3A%22y" },
      collapseKey: 'k-1","x":"y',
    });
    expect(filled({ ...push, channel: "INAPP" }, { id: "1", note: "n" })).toEqual({
      channel: "INAPP",
      title: "T",
      body: "B",
      deepLink: "app://1",
    });
  });

  it.each([
    ["text", {}, { text: " \n" }],
    ["text", { text: "{{ nowhere }}" }, {}],
    ["text", { text: "{{ text | date: 'Mars/Olympus' }}" }, { text: "2027-01-01T00:00:00Z" }],
    ["title", { channel: "PUSH", subject: null }, { text: "x" }],
    ["html", { channel: "EMAIL", subject: "S", html: null }, { text: "x" }],
    ["subject", { channel: "EMAIL", subject: " ", html: "" }, { text: "x" }],
    ["data link", { channel: "PUSH", subject: "S", data: '{"link":"{{ nowhere }}"}' }, { text: "x" }],
    ["channel", { channel: "WHATSAPP" }, { text: "x" }],
    ["channel", { channel: "UNKNOWN" }, { text: "x" }],
  ] as const)("names the %s that it cannot fill, and no value", (part, change, variables) => {
    expect(() => filled(change, variables)).toThrow(
      expect.objectContaining({ constructor: FillError, part, message: `The ${part} could not be filled` }),
    );
  });
});
