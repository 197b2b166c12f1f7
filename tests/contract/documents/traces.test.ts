import { describe, expect, test } from "vitest";
import { gateNames } from "#processors/router/core/evaluate-gates.ts";
import { allProviders } from "#shared/delivery/providers/registry.ts";
import { pages, readPage } from "./page.ts";

describe("what pages show of the router's trace", () => {
  const traces = pages.flatMap(([path, text]) =>
    [...text.matchAll(/\n {2}router at .*\n((?: {4}[+-] .*\n)+)/g)].map(([, lines = ""]) => [path, lines] as const),
  );

  test("is found on the front page", () => {
    expect(traces.map(([path]) => path)).toContain("README.md");
  });

  test.each(traces)("%s: has every gate, in its order", (_, lines) => {
    expect([...lines.matchAll(/^ {4}[+-] (\w+)/gm)].map(([, gate]) => gate)).toEqual(gateNames);
  });
});

describe("the gateway's page", () => {
  const routes = allProviders.flatMap(({ name, webhook }) =>
    webhook ? [[name, webhook.path, webhook.query ?? []] as const] : [],
  );

  test.each(routes)("has the address of %s' webhook with every parameter that it takes", (_, path, query) => {
    const shown = new RegExp(`\`POST ${path}(?:\\?([^\`]*))?\``).exec(readPage("gateway/README.md"));
    expect(shown).not.toBeNull();
    const names = shown?.[1] ? [...new URLSearchParams(shown[1]).keys()] : [];
    expect(names.sort()).toEqual([...query].sort());
  });
});
