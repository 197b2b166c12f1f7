import { expect, it } from "vitest";
import { catalogFolder } from "#catalog/event-catalog.ts";
import { compileSource } from "#shared/control/templates/compile.ts";
import { loadTemplateSources } from "#shared/control/templates/folder.ts";
import { fill } from "#shared/domain/template/fill.ts";
import { parseTemplate } from "#shared/domain/template/parsed.ts";

const sources = loadTemplateSources(catalogFolder).filter(({ name }) => name === "new_message_digest");

it.each(sources)("a digest of many in $locale stays under what mail programs clip, and says so", async (source) => {
  const result = await compileSource(source);
  if (result.kind === "invalid") throw new Error(result.issues.join("\n"));
  const parsed = parseTemplate({ ...result.template, published_at: 0 });
  const item = {
    sender_name: "n".repeat(80),
    excerpt: "e".repeat(280),
    thread_url: "https://app.example.com/threads/1",
  };
  const mail = (count: number) => {
    const content = fill(parsed, { count, items: Array.from({ length: count }, () => item) });
    return content.channel === "EMAIL" ? content : undefined;
  };
  const many = mail(500);
  expect(Buffer.byteLength(many?.html ?? "x".repeat(200_000))).toBeLessThan(100_000);
  expect(many?.text.match(/threads\/1/g)).toHaveLength(20);
  expect(many?.text).toContain("20");
  expect(mail(20)?.text.split("\n")).toHaveLength((many?.text.split("\n").length ?? 0) - 2);
});
