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

/** Headers of every page: it is stored nowhere, and its address, which holds the token, is sent to nobody. */
export const pageHeaders: Readonly<Record<string, string>> = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": policy,
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-robots-tag": "noindex",
};

/** The page that asks for a confirmation. It has one button and works without a script; showing it changes nothing. */
export function askPage(texts: PageTexts, scope: string): string {
  const { title, text, button } = texts.ask;
  return fill(page, {
    lang: texts.lang,
    title,
    text: about(text, texts, scope),
    style,
    form: fill(form, { button }),
  });
}

/** The page that says what came of a request. */
export function resultPage(
  texts: PageTexts,
  kind: "done" | "soon" | "expired" | "broken" | "later",
  scope = "",
): string {
  const { title, text } = texts[kind];
  return fill(page, { lang: texts.lang, title, text: about(text, texts, scope), style, form: "" });
}

function about(text: string, texts: PageTexts, scope: string): string {
  return text.replace("{what}", () => texts.what[scope] ?? texts.these);
}

/** Fills in `{{{name}}}` as it is and `{{name}}` escaped. */
function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template
    .replace(/\{\{\{(\w+)\}\}\}/g, (_, name: string) => values[name] ?? "")
    .replace(/\{\{(\w+)\}\}/g, (_, name: string) => escapeHtml(values[name] ?? ""));
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
