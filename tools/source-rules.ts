import { sendChannels } from "#shared/contracts/topics.ts";
import type { SourceFile } from "./export-names.ts";

/** A rule of CONTRIBUTING that the text of a file can break. */
interface SourceRule {
  /** Which files it binds, by path. */
  readonly binds: (path: string) => boolean;
  /** What a line must not hold. */
  readonly forbidden: RegExp;
  readonly message: string;
  /** Files that may, each with its reason. */
  readonly exceptions?: Readonly<Record<string, string>>;
}

const isTest = (path: string): boolean => path.startsWith("tests/");
const isProduct = (path: string): boolean => !isTest(path);
const isPure = (path: string): boolean =>
  path.startsWith("shared/domain/") ||
  /^(processors|gateway|simulator|shared\/delivery\/providers)\/(.+\/)?core\//.test(path);

/** A channel's name, as records or as labels spell it. */
const channelWord = `(?:${sendChannels.flatMap((name) => [name, name.toUpperCase()]).join("|")})`;
/** It in quotes, whatever is done with it, or as a key of a table. A comment may have it in backticks. */
const namedChannel = new RegExp(
  `["']${channelWord}["']|^(?! *(?:/?\\*|//)).*\`${channelWord}\`|(?:^|[{,]) *${channelWord}:`,
);

/** The files that may name a channel, each with its reason. */
const mayNameChannels: readonly (readonly [RegExp, string])[] = [
  [/^shared\/domain\/channel\//, "its descriptor"],
  [/^shared\/contracts\//, "the list of channels, and the records"],
  [/^shared\/delivery\/(?:providers|email)\//, "a provider says whose it is"],
  [/^processors\/[a-z]+-sender\/(?:main|config)\.ts$/, "a sender says which channel it is"],
  [/^simulator\//, "plays the providers"],
  [/^cli\/demo\//, "invents people, with what each of them has switched on"],
];

/** What reads the runtime's own zone data, or the zone of the machine. */
const localTime = new RegExp(
  [
    "\\btimeZone\\b",
    "\\bIntl\\.DateTimeFormat\\b",
    "\\.toLocale(?:Date|Time)?String\\(",
    "\\.to(?:Date|Time)String\\(",
    "\\.(?:get|set)(?:Hours|Minutes|Seconds|Date|Day|Month|FullYear|Year)\\(",
    "\\bgetTimezoneOffset\\b",
    "\\bnew Date\\([^()]*,",
    "\\bTemporal\\.(?:Zoned|Plain)DateTime\\b",
    "\\.toZonedDateTime",
  ].join("|"),
);

/** The test of these rules breaks each of them. */
const ownTest = { "tests/unit/tools/source-rules.test.ts": "names what the rules forbid" };

const rules: readonly SourceRule[] = [
  {
    binds: () => true,
    forbidden: /\b(?:const|let|function) [a-zA-Z]\w*_(?:ms|s|seconds|bytes|records|length|call|max|min)(?:_\w+)?\b/,
    message: "a name is in camel case, its unit last: pollMs, bodyBytesMax",
    exceptions: ownTest,
  },
  {
    binds: isProduct,
    forbidden: /^export (?:\*|\{)/,
    message: "a name is exported where it is declared: no barrels",
  },
  {
    binds: isProduct,
    forbidden:
      /["'`]\s*(?:select .+ from|select \w+\(|insert into|update \w+ set|delete from|create (?:table|database|index|unique)|alter table|drop table|with \w+ as)\b/i,
    message: "SQL stands in a .sql file",
    exceptions: {
      "shared/platform/postgres/migrate.ts": "keeps the table of the .sql files that were applied",
      "processors/projector/adapters/partitions.ts": "calls two functions that a migration defines, by name",
      "stack/parts/postgres-probe.ts": "creates the database, whose name no parameter can carry",
      "tools/source-rules.ts": "names the words that it looks for",
    },
  },
  {
    binds: (path) => isProduct(path) && !mayNameChannels.some(([files]) => files.test(path)),
    forbidden: namedChannel,
    message: "what is particular to a channel stands in its descriptor, shared/domain/channel",
  },
  { binds: isProduct, forbidden: /\bredis\.p?call\(/, message: "Lua stands in a .lua file" },
  {
    binds: (path) => isProduct(path) && !path.startsWith("shared/domain/time/"),
    forbidden: localTime,
    message: "a local time comes from shared/domain/time: the runtime's own zone data lag",
    exceptions: { "tools/source-rules.ts": "names the words that it looks for" },
  },
  {
    binds: isPure,
    forbidden:
      /\bTemporal\.Now\b|\bcrypto\.|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\b|\brandomUUID\b|\bperformance\.now\b|\bconsole\.|\bset(?:Timeout|Interval)\(|\bfetch\(|\bprocess\.\w/,
    message: "pure code takes now, randomness and ids as arguments, and neither waits nor logs",
  },
  {
    binds: isTest,
    forbidden: /\b(?:describe|it|test)(?:\.\w+)*\.(?:skip|skipIf|runIf|only|todo|fails)\b|\bretry: *\d/,
    message: "a test is neither skipped nor tried again",
    exceptions: {
      ...ownTest,
      "tests/contract/alert-rules.test.ts": "needs promtool; a line of tests/may-skip.txt allows it",
      "tests/contract/hostile-mail.test.ts": "needs Python; a line of tests/may-skip.txt allows it",
      "tests/contract/zone-oracle.test.ts": "needs Python and PyPI; a line of tests/may-skip.txt allows it",
      "tests/integration/consuming-page.test.ts": "needs Python and PyPI; a line of tests/may-skip.txt allows it",
      "tests/integration/foreign-client.test.ts": "needs Python and PyPI; a line of tests/may-skip.txt allows it",
      "tests/integration/smtp-postfix.test.ts": "needs Postfix and root; a line of tests/may-skip.txt allows it",
    },
  },
];

/** Words that name no content. */
const emptyWords = new Set(["util", "utils", "helper", "helpers", "common", "manager", "misc"]);

/** Every rule that a file breaks, a sentence each, with its line. */
export function sourceIssues({ path, text }: SourceFile): readonly string[] {
  return [...nameIssues(path), ...(path.endsWith(".ts") ? textIssues(path, text) : [])];
}

function nameIssues(path: string): readonly string[] {
  const name = path.split("/").at(-1) ?? "";
  const isKebab = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+)+$/.test(name);
  const word = name.split(/[-.]/).find((one) => emptyWords.has(one));
  return [
    ...(isKebab ? [] : [`${path}: a file's name is in kebab case`]),
    ...(word === undefined ? [] : [`${path}: '${word}' does not say what the file holds`]),
  ];
}

function textIssues(path: string, text: string): readonly string[] {
  const binding = rules.filter(({ binds, exceptions }) => binds(path) && !Object.hasOwn(exceptions ?? {}, path));
  return text
    .split("\n")
    .flatMap((line, at) =>
      binding.filter(({ forbidden }) => forbidden.test(line)).map(({ message }) => `${path}:${at + 1}: ${message}`),
    );
}
