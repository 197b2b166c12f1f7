import { catalogFolder } from "#catalog/event-catalog.ts";
import { compileSource } from "#shared/control/templates/compile.ts";
import { loadTemplateSources } from "#shared/control/templates/folder.ts";
import type { Content } from "#shared/domain/channel/channels.ts";
import { fill } from "#shared/domain/template/fill.ts";
import { type ParsedTemplate, parseTemplate } from "#shared/domain/template/parsed.ts";
import { exampleOf } from "#shared/domain/template/variables.ts";

const sources = loadTemplateSources(catalogFolder).filter(
  ({ name, locale }) => name.startsWith("booking_confirmed") && locale === "en-US",
);

/** Fills the catalog's confirmations with a text in the place of everything that people type. */
export async function bookingContents() {
  const parsed = new Map<string, ParsedTemplate>();
  for (const source of sources) {
    const result = await compileSource(source);
    if (result.kind === "invalid") throw new Error(result.issues.join("\n"));
    parsed.set(`${source.name} ${source.channel}`, parseTemplate({ ...result.template, published_at: 0 }));
  }
  return <Filled extends Content>(to: "buyer" | "seller", channel: Filled["channel"], text: string): Filled => {
    const name = `booking_confirmed_${to}`;
    const template = parsed.get(`${name} ${channel}`);
    const source = sources.find((one) => one.name === name && one.channel === channel);
    if (!template || !source) throw new Error(`There is no ${name} on ${channel}`);
    const typed = { listing_title: text, buyer_name: text, seller_name: text, note: text, booking_id: text };
    return fill(template, { ...exampleOf(source.manifest.variables), ...typed }) as Filled;
  };
}
