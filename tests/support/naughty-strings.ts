import { hostileTexts } from "./hostile-texts.ts";

/** What strangers send where a value belongs: each is an instruction, an edge or a mistake to some layer behind. */
export const naughtyStrings: readonly string[] = [
  ...hostileTexts.map(({ typed }) => typed),
  "",
  "\0",
  "\u{1f4a9}".repeat(400),
  "\ud800",
  "%00",
  "%",
  "../../../../etc/passwd",
  "1e999",
  "null",
  "undefined",
  "true",
  "[]",
  "{}",
  "-1",
  "9".repeat(400),
  "Infinity",
  "' or 1=1 --",
  "constructor",
  "\uFEFF",
  "Z\u0351\u036b\u0343\u036a".repeat(50),
  "a".repeat(10_000),
];
