import { describe, expect, it } from "vitest";
import { compileSource, contentHash } from "#shared/control/templates/compile.ts";
import type { TemplateSource } from "#shared/domain/template/source.ts";
import { emailSource, manifest, source } from "../../domain/template/builders.ts";

async function issuesOf(source: TemplateSource): Promise<readonly string[]> {
  const result = await compileSource(source);
  return result.kind === "invalid" ? result.issues : [];
}

describe("compileSource [TPL-04]", () => {
  it("inlines MJML and keeps Liquid in it [TPL-06]", async () => {
    const result = await compileSource(
      emailSource(`<mj-text>Hi {{ name }}</mj-text><mj-button href="{{ name }}">Go</mj-button>`),
    );
    const html = result.kind === "compiled" ? (result.template.html ?? "") : "";
    expect(html).toContain("Hi {{ name }}");
    expect(html).toContain('href="{{ name }}"');
    expect(html).not.toMatch(/<mj-|googleapis|^\s/m);
  });

  it("derives the id from the place and the hash from the content", async () => {
    const one = await compileSource(source());
    const two = await compileSource(source({ text: "Bye {{ name }}" }));
    if (one.kind !== "compiled" || two.kind !== "compiled") throw new Error("not compiled");
    expect(one.template.template_id).toBe(two.template.template_id);
    expect(one.template.content_hash).not.toBe(two.template.content_hash);
    expect(contentHash(source({ manifest: { ...manifest, critical: true } }))).not.toBe(contentHash(source()));
  });

  it("refuses MJML that does not fit, without naming a path of this machine", async () => {
    const [issue = ""] = await issuesOf(emailSource("<mj-section></mj-section>"));
    expect(issue).toMatch(/^mjml: .*mj-section cannot be used inside mj-column/);
    expect(issue).not.toContain(process.cwd());
  });

  it("refuses HTML that mail programs would clip [TPL-06]", async () => {
    expect(await issuesOf(emailSource(`<mj-text>${"x".repeat(101_000)}</mj-text>`))).toEqual([
      expect.stringMatching(/^mjml: the HTML is \d{6} bytes, and mail programs clip at 100000$/),
    ]);
  });

  it("refuses an example that is missing or does not fit", async () => {
    const { name } = manifest.variables;
    if (!name) throw new Error("no variable");
    const withExample = (example: unknown) =>
      source({ manifest: { ...manifest, variables: { name: { ...name, example } } }, text: "{{ name }}" });
    expect(await issuesOf(withExample(undefined))).toEqual(["variable 'name' has no example"]);
    expect(await issuesOf(withExample(3))).toEqual(["The example at /name must be string"]);
  });
});

describe("compileSource, of a source with an issue [TPL-04]", () => {
  it.each([
    ["an undeclared variable", source({ text: "{{ nme }}" }), "text: variable 'nme' is not declared in template.yaml"],
    ["triple braces", source({ text: "{{{ name }}}" }), "text: raw output is refused, every variable is escaped"],
    ["the raw filter", source({ text: "{{ name | raw }}" }), "text: raw output is refused, every variable is escaped"],
    [
      "the raw tag",
      source({ text: "{%- raw %}a{% endraw %}" }),
      "text: raw output is refused, every variable is escaped",
    ],
    ["a tag that never ends", source({ text: "{% if name %}x" }), "text: tag {% if name %} not closed, line:1, col:1"],
    ["an unknown filter", source({ text: "{{ name | shout }}" }), "text: undefined filter: shout, line:1, col:1"],
    [
      "an optional variable used without asking",
      source({ text: "{{ total | money }}" }),
      "text cannot be filled with the example without optional variables: undefined variable: total, line:1, col:4",
    ],
    [
      "a blank text",
      source({ text: "{% if total %}x{% endif %}" }),
      "text cannot be filled with the example without optional variables: It is blank",
    ],
    ["a locale that is none", source({ locale: "no tag" }), "locale 'no tag' is no language tag"],
    ["a locale spelt another way", source({ locale: "en-us" }), "locale 'en-us' is spelt 'en-US'"],
    [
      "an image without alt text",
      emailSource('<mj-image src="https://a.example/b.png" />'),
      "mjml: an image has no alt text",
    ],
    [
      "an include",
      emailSource('<mj-include path="/etc/passwd" />'),
      "mjml: mj-include is refused, a template is whole by itself",
    ],
    ["a script", emailSource('<mj-text><a href="javascript:x()">x</a></mj-text>'), "mjml: scripts are refused"],
    [
      "a link without TLS",
      emailSource('<mj-button href="http://a.example">x</mj-button>'),
      "mjml: links and images must be https",
    ],
  ])("refuses %s", async (_, source, sentence) => {
    expect(await issuesOf(source)).toContain(sentence);
  });
});
