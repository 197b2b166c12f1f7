/** The time that the worst texts of outside take, by length: `bin/node tests/bench/worst-texts.ts`. Needs no stack. */

import { line, prose } from "#shared/domain/channel/content-part.ts";
import { normaliseEmail } from "#shared/domain/channel/email.ts";
import { normalisePhone } from "#shared/domain/channel/phone.ts";
import { numbersIssue } from "#shared/domain/event/storable.ts";
import { cityLocale } from "#shared/domain/recipient/city-locale.ts";
import { inlineTexts } from "#shared/domain/template/inline-text.ts";
import { compileSchemaCheck } from "#shared/domain/template/json-schema.ts";

const lengths = [25_000, 50_000, 100_000];
const filled = (text: string) => ({ text: () => text, data: () => ({}) });
const link = compileSchemaCheck("The payload", {
  type: "object",
  properties: {
    url: { type: "string", format: "uri", pattern: "^https://" },
    at: { type: "string", format: "date-time" },
  },
});
const marks = (length: number) => "\u0327\u0301".repeat(length / 2);

/** What a text goes through, with its worst text of a length. */
const cases: Readonly<Record<string, (length: number) => unknown>> = {
  "blanks within a line of prose": (n) => prose("text")(filled(`a${" ".repeat(n)}b`)),
  "blanks that do not break": (n) => prose("text")(filled(`a${"\u00a0".repeat(n)}b`)),
  "control characters in a subject": (n) => line("subject")(filled(`a${" \0".repeat(n / 2)}b`)),
  "line breaks of a variable": (n) => inlineTexts(`a${"\r\n".repeat(n / 2)}`),
  "quotes that are escaped, without an end": (n) => numbersIssue(`1e9999"${'\\"'.repeat(n / 2)}`),
  "runs of 399 digits": (n) => numbersIssue(`[${`${"1".repeat(399)},`.repeat(n / 400)}1]`),
  "marks in an email address": (n) => normaliseEmail(`a${marks(n)}@example.com`),
  "marks in a city": (n) => cityLocale(`Montréal${marks(n)}`),
  "dots in an email address": (n) => normaliseEmail(`${"a.".repeat(n / 2)}@${"a-".repeat(n / 2)}`),
  "brackets in a phone number": (n) => normalisePhone(`+1${" (".repeat(n / 2)}`),
  "slashes in a URL": (n) => link({ url: `https://${"/".repeat(n)}` }),
  "queries in a URL": (n) => link({ url: `https://a/${"?#".repeat(n / 2)}` }),
  "blanks in a time": (n) => link({ at: " ".repeat(n) }),
};

function timeMs(run: (length: number) => unknown, length: number): number {
  const start = performance.now();
  try {
    run(length);
  } catch {
    // A refusal is an answer too.
  }
  return performance.now() - start;
}

process.stdout.write(`${["characters", ...lengths].join("\t")}\n`);
for (const [name, run] of Object.entries(cases)) {
  timeMs(run, 10);
  const times = lengths.map((length) => `${timeMs(run, length).toFixed(1)} ms`);
  process.stdout.write(`${times.join("\t")}\t${name}\n`);
}
