import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The blocks of a language that a page shows, in their order. `page` is relative to the checkout's root. */
export function blocksOf(page: string, language: string): readonly string[] {
  const text = readFileSync(`${root}/${page}`, "utf8");
  return [...text.matchAll(new RegExp(`\\n\`\`\`${language}\\n([\\s\\S]*?)\\n\`\`\``, "g"))].map(
    ([, block = ""]) => block,
  );
}

/** Replaces what a reader puts in, each of which must be there. */
export function filledIn(block: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce((text, [shown, value]) => {
    if (!text.includes(shown)) throw new Error(`The block does not show ${shown}`);
    return text.replaceAll(shown, value);
  }, block);
}
