import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { PageTexts } from "./page-texts.ts";

const page = readFileSync(new URL("./page.html", import.meta.url), "utf8");
const form = readFileSync(new URL("./form.html", import.meta.url), "utf8");
const style = readFileSync(new URL("./page.css", import.meta.url), "utf8");

/** Nothing is loaded, run or framed; the one style is named by its hash, and the form goes nowhere else. */
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

/** Of every page: it is nobody else's, and its address, which holds the token, is told to no one. */
export const pageHeaders: Readonly<Record<string, string>> = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": policy,
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-robots-tag": "noindex",
};

/** The page that asks. It has one button, works without a script, and changes nothing by being looked at. */
export function askPage(words: PageTexts, scope: string): string {
  const { title, text, button } = words.ask;
  return filled(page, {
    lang: words.lang,
    title,
    text: about(text, words, scope),
    style,
    form: filled(form, { button }),
  });
}

/** A page that only tells. */
export function tellPage(words: PageTexts, kind: "done" | "expired" | "broken" | "later", scope = ""): string {
  const { title, text } = words[kind];
  return filled(page, { lang: words.lang, title, text: about(text, words, scope), style, form: "" });
}

function about(text: string, words: PageTexts, scope: string): string {
  return text.replace("{what}", () => words.what[scope] ?? words.these);
}

/** `{{{name}}}` as it stands, `{{name}}` escaped. */
function filled(template: string, values: Readonly<Record<string, string>>): string {
  return template
    .replace(/\{\{\{(\w+)\}\}\}/g, (_, name: string) => values[name] ?? "")
    .replace(/\{\{(\w+)\}\}/g, (_, name: string) => escaped(values[name] ?? ""));
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
