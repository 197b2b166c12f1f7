import { describe, expect, test } from "vitest";
import { parseParts } from "#shared/domain/template/parsed.ts";

const parts = { subject: null, html: null, text: "Hello {{ name }}", data: null };

describe("the parsed parts of a template", () => {
  test("are null where the part is, and know their variables", () => {
    const parsed = parseParts({ ...parts, subject: "{{ title }}" });
    expect(parsed.html).toBeNull();
    expect(parsed.subject?.variables).toEqual(["title"]);
    expect(parsed.text.variables).toEqual(["name"]);
    expect(parsed.data).toEqual([]);
  });

  test("take data as an object of texts, each Liquid of its own", () => {
    const { data } = parseParts({ ...parts, data: '{"link":"https://a.example/{{ id }}","key":"k"}' });
    expect(data.map(([name, { variables }]) => [name, variables])).toEqual([
      ["link", ["id"]],
      ["key", []],
    ]);
  });

  test.each([
    { name: "text that does not parse", given: { ...parts, text: "{% if a %}" }, error: /not closed/ },
    { name: "data that is no JSON", given: { ...parts, data: "{" }, error: /JSON/ },
    { name: "data with a number", given: { ...parts, data: '{"link":1}' }, error: /data 'link' is no string/ },
  ])("refuse $name", ({ given, error }) => {
    expect(() => parseParts(given)).toThrow(error);
  });
});
