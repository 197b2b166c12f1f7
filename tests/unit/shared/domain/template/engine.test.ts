import { describe, expect, it } from "vitest";
import { limits, parseLiquid } from "#shared/domain/template/engine.ts";

function rendered(source: string, variables: object, kind: "html" | "text" = "text"): string {
  return parseLiquid(source, kind).render(variables, "en-US");
}

describe("Liquid", () => {
  it("escapes every output in HTML and none in text", () => {
    const name = `<img src=x onerror="1">&'`;
    expect(rendered("<p>{{ name }}</p>", { name }, "html")).toBe(
      "<p>&lt;img src=x onerror=&#34;1&#34;&gt;&amp;&#39;</p>",
    );
    expect(rendered("{% for n in names %}{{ n | upcase }}{% endfor %}", { names: ["<b>"] }, "html")).toBe("&lt;B&gt;");
    expect(rendered("{{ name }}", { name })).toBe(name);
  });

  it.each([
    ["a/b?c=d#e&f", "a%2Fb%3Fc%3Dd%23e%26f"],
    ["..", ""],
    [".", ""],
    ["...", "..."],
    ["../x", "..%2Fx"],
    ["é\ud800", "%C3%A9%EF%BF%BD"],
    [7, "7"],
  ])("makes %j one step of a URL", (id, step) => {
    expect(parseLiquid("app://bookings/{{ id }}/x", "url").render({ id }, "en-US")).toBe(`app://bookings/${step}/x`);
  });

  it("never takes what a variable holds for a template", () => {
    expect(rendered("{{ name }}", { name: "{{ secret }}{% raw %}", secret: "s" })).toBe("{{ secret }}{% raw %}");
  });

  it.each([
    "{% include 'a' %}",
    "{% render 'a' %}",
    "{% layout 'a' %}",
    "{% raw %}{{ a }}{% endraw %}",
    "{% capture b %}{{ a }}{% endcapture %}",
    "{% liquid echo a %}",
    "{{ a | raw }}",
    "{{ a | escape }}",
    "{{ a | constructor }}",
    "{{ a | toString }}",
    "{{ a | where_exp: 'i', 'i.b' }}",
    "{% constructor %}",
    "{{ a ",
  ])("refuses to parse %s", (source) => {
    expect(() => parseLiquid(source, "html")).toThrow();
  });

  it.each(["a.constructor", "a.__proto__", "a.toString", "list.map"])("shows no %s", (path) => {
    expect(() => rendered(`{{ ${path} }}`, { a: { b: 1 }, list: [1] })).toThrow(/undefined variable/);
  });

  it("throws for an undefined output, and lets a condition ask", () => {
    expect(() => rendered("{{ a }}", {})).toThrow("undefined variable: a");
    expect(rendered("{% if a %}x{% endif %}{{ a | default: 'none' }}", {})).toBe("none");
  });

  it("keeps its limits", () => {
    expect(() => parseLiquid("x".repeat(limits.sourceChars + 1), "text")).toThrow(/parse length limit/);
    expect(() => rendered("{% for i in (1..10000000) %}{{ i }}{% endfor %}", {})).toThrow(/memory alloc limit/);
  });

  it("writes money, times, numbers and plurals in the locale of the words", () => {
    const words = parseLiquid(
      `{{ n | plural: one: "# día", other: "# días" }} {{ m | money }} {{ t | date: "UTC" }} {{ n | number }}`,
      "text",
    );
    const variables = { n: 3, m: { amount_micros: 5_000_000, currency: "USD" }, t: "2027-03-14T07:00:00Z" };
    expect(words.render(variables, "es-US")).toBe("3 días $5.00 14 de marzo de 2027 3");
  });

  it("names the variables that it takes from outside", () => {
    const text = "{% assign x = b %}{% for i in items %}{{ i.a }}{{ x }}{% endfor %}{{ c | money }}{{ d | date: tz }}";
    expect([...parseLiquid(text, "text").variables].sort()).toEqual(["b", "c", "d", "items", "tz"]);
  });
});
