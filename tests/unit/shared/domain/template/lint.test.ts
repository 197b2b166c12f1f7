import { describe, expect, test } from "vitest";
import { lintSource } from "#shared/domain/template/lint.ts";
import { emailSource, manifest, source } from "./builders.ts";

describe("the issues of a template's source", () => {
  test("are none for a sound one", () => {
    expect(lintSource(source())).toEqual([]);
    expect(lintSource(emailSource('<mj-image alt="" src="https://a.example/b.png" />'))).toEqual([]);
  });

  test.each([
    { given: source({ text: "{{ nme }}" }), issue: "text: variable 'nme' is not declared in template.yaml" },
    { given: source({ text: "{{{ name }}}" }), issue: "text: raw output is refused, every variable is escaped" },
    { given: source({ text: "{{ name | raw }}" }), issue: "text: raw output is refused, every variable is escaped" },
    { given: source({ data: '{"link":"{{ nme }}"}' }), issue: "data: variable 'nme' is not declared in template.yaml" },
    {
      given: emailSource("x", { subject: "{{ nme }}" }),
      issue: "subject: variable 'nme' is not declared in template.yaml",
    },
    {
      given: emailSource("<mj-include path='x' />"),
      issue: "mjml: mj-include is refused, a template is whole by itself",
    },
    { given: emailSource("<script>1</script>"), issue: "mjml: scripts are refused" },
    {
      given: emailSource('<mj-button href="http://a.example">x</mj-button>'),
      issue: "mjml: links and images must be https",
    },
    {
      given: emailSource('<mj-button href="https://a.example/{{ name }}">x</mj-button>'),
      issue: "mjml: a link is a variable as a whole, or holds none",
    },
    {
      given: source({ text: "See https://a.example/{{ name }}" }),
      issue: "text: a link is a variable as a whole, or holds none",
    },
    { given: emailSource('<mj-image src="https://a.example/b.png" />'), issue: "mjml: an image has no alt text" },
    { given: source({ locale: "en-us" }), issue: "locale 'en-us' is spelt 'en-US'" },
    { given: source({ locale: "no tag" }), issue: "locale 'no tag' is no language tag" },
  ])("$issue", ({ given, issue }) => {
    expect(lintSource(given)).toEqual([issue]);
  });

  test("name a variable without an example, and an example of another type", () => {
    const { name, total } = manifest.variables;
    if (!name || !total) throw new Error("The manifest has both");
    const bare = { ...manifest, variables: { name: { ...name, example: undefined }, total } };
    expect(lintSource(source({ manifest: bare }))).toEqual(["variable 'name' has no example"]);
    const wrong = { ...manifest, variables: { name: { ...name, example: 7 }, total } };
    expect(lintSource(source({ manifest: wrong }))).toEqual([expect.stringContaining("name")]);
  });

  test("come all at once", () => {
    expect(lintSource(source({ locale: "en-us", text: "{{ nme }} {{ ttl }}" }))).toHaveLength(3);
  });
});
