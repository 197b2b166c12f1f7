import type { DeadLetterContract, TopicContract } from "#shared/contracts/topic-contract.ts";
import { hasForeignWriters, hasOneStage } from "#shared/contracts/topics.ts";

type PageType = string | readonly PageType[] | PageComplex;
interface PageComplex {
  readonly type: PageType;
  readonly name?: string;
  readonly logicalType?: string;
  readonly doc?: string;
  readonly fields?: readonly PageField[];
  readonly symbols?: readonly string[];
  readonly items?: PageType;
  readonly values?: PageType;
}
interface PageField {
  readonly name: string;
  readonly type: PageType;
  readonly doc: string;
  readonly pii: string;
  readonly default?: unknown;
}

/** The sources of the page of one topic. */
export interface TopicPage {
  readonly contract: TopicContract;
  /** The record's schema, as its file has it. */
  readonly schema: PageComplex;
  /** Example records: file name and text. */
  readonly examples: readonly { readonly name: string; readonly text: string }[];
}

const banner = "<!-- Written by `npm run generate` from schemas/. Do not edit. -->";

const unreadable =
  "What cannot be read counts as not set and the rest of the record is in force, so that no opt-out and no address is lost with it; the record is a dead letter as well, with the field named, and an alert.";

/** What must be readable in a record of a topic, for a person's messages to be right. */
const formats: Readonly<Record<string, readonly string[]>> = {
  "comms.profiles": [
    `- **Formats**: \`tz\` is an IANA name (Europe/Berlin; not \`Pacific Standard Time\`, not \`UTC+2\`), \`locale\` a language tag, \`phone\` in E.164, \`email\` a mailbox. ${unreadable} Without a zone the person's quiet hours are in UTC. A tombstone erases whatever the record before it said.`,
  ],
  "comms.preferences": [
    `- **Formats**: \`quiet_hours.tz\` is an IANA name (Europe/Berlin; not \`Pacific Standard Time\`, not \`UTC+2\`), \`start_local\` and \`end_local\` are \`HH:MM\`. ${unreadable} Without their own zone the hours are in the profile's; without a readable start and end they are 21:00 to 08:00.`,
  ],
};

/** What a client that is not ours must keep to. Empty for topics that only our own stages write. */
function writersSection(of: TopicContract): readonly string[] {
  if (!hasForeignWriters(of.topic)) return [];
  const lines = [
    "- **Schema**: a version that `comms prepare` has marked as released. Fetch it and register none (`auto.register.schemas=false`): a record of any other version is refused, and nothing of it is applied.",
    ...(of.cleanup === "compact"
      ? [
          "- **Partition**: murmur2 of the key, as Java's clients have it. Clients of librdkafka (Python, Go, .NET, kcat) need `partitioner=murmur2_random`. A record or tombstone in another partition than its key's is a dead letter, and changes nothing.",
          `- **Key**: \`${of.key}\` of the value; in the parts after the person a \`/\` is \`%2F\` and a \`%\` is \`%25\`. A record under any other key is a dead letter, and changes nothing.`,
          ...(formats[of.topic] ?? []),
          "- **Partitions** are never added in place: `comms topic repartition` copies the topic.",
        ]
      : []),
  ];
  return [`## Who writes it\n`, `${lines.join("\n")}\n`];
}

/** The page of one topic: its contract, its fields, its examples. */
export function renderTopicPage({ contract, schema, examples }: TopicPage): string {
  return [
    `${banner}\n\n# ${contract.topic}\n`,
    `${contract.description}\n`,
    contractTable(contract),
    ...writersSection(contract),
    `## Late and duplicate records\n`,
    `${contract.late} Two records that agree in ${listed(contract.identity)} are duplicates of one record: keep either.\n`,
    `## ${contract.record}\n`,
    `${schema.doc}\n`,
    fieldTable(schema, ""),
    ...examples.map(
      ({ name, text }) => `## Example: ${name.replace(".json", "")}\n\n\`\`\`json\n${text.trim()}\n\`\`\`\n`,
    ),
  ].join("\n");
}

/** The one page of every stage's dead-letter topic. */
export function renderDeadLetterPage(contract: DeadLetterContract, topics: readonly string[]): string {
  const names = topics.map((topic) => `- \`${topic}\``).join("\n");
  return [
    `${banner}\n\n# ${contract.topic.replace("<", "&lt;").replace(">", "&gt;")}\n`,
    `${contract.description}\n`,
    contractTable(contract),
    `## Topics\n\n${names}\n`,
  ].join("\n");
}

/** The list of all topics. */
export function renderTopicIndex(contracts: readonly TopicContract[]): string {
  const rows = contracts.map(
    (of) => `| [${of.topic}](${of.topic}.md) | ${of.record} | ${kept(of)} | ${of.pii} | ${of.description} |`,
  );
  return [
    `${banner}\n\n# Topics\n`,
    "| Topic | Record | Kept | PII | What it is |\n|---|---|---|---|---|",
    ...rows,
    `\nDead letters: [comms.&lt;stage&gt;.dlq](dead-letters.md).\n`,
  ].join("\n");
}

function contractTable(of: TopicContract | DeadLetterContract): string {
  const rows: readonly (readonly [string, string])[] = [
    ["Owner", of.owner],
    ["Written by", of.producers.join(", ")],
    ["Read by", of.consumers.join(", ")],
    ["Key", `\`${of.key}\``],
    ...("headers" in of ? ([["Headers", headersOf(of)]] as const) : []),
    ["Partitions", String(of.partitions)],
    ["Kept", kept(of)],
    ["Largest record", `${of.max_message / 1024 / 1024} MiB`],
    ["PII", of.pii],
    ...("compatibility" in of ? ([["Compatibility", of.compatibility]] as const) : []),
  ];
  return `| | |\n|---|---|\n${rows.map(([name, value]) => `| ${name} | ${value} |`).join("\n")}\n`;
}

/** What our own stages write beside a record; what a client of others' must write stands under *Who writes it*. */
function headersOf(of: TopicContract): string {
  if (of.headers === "cloudevents")
    return "CloudEvents, binary mode: `ce_specversion`, `ce_id`, `ce_source`, `ce_type`, `ce_subject`, `ce_time`, `content-type`; `traceparent`";
  return hasOneStage(of.topic) ? "`ce_id`, `traceparent`" : "`ce_id`, `ce_source`, `traceparent`";
}

function kept(of: TopicContract | DeadLetterContract): string {
  if (of.cleanup === "delete") return days(of.retention);
  return `last record of each key; tombstones ${days(of.tombstones)}, what is overwritten at most ${days(of.compacted_within)}`;
}

function days(ms: number): string {
  const hours = ms / 3_600_000;
  return hours % 24 === 0 ? `${hours / 24} days` : `${hours} hours`;
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(" and ");
}

function fieldTable(schema: PageComplex, path: string): string {
  return `| Field | Type | Default | PII | |\n|---|---|---|---|---|\n${fieldRows(schema, path).join("\n")}\n`;
}

function fieldRows(schema: PageComplex, path: string): readonly string[] {
  return (schema.fields ?? []).flatMap((field) => {
    const name = `${path}${field.name}`;
    const fallback = field.default === undefined ? "" : `\`${JSON.stringify(field.default)}\``;
    const row = `| \`${name}\` | ${cell(typeName(field.type))} | ${fallback} | ${field.pii} | ${cell(field.doc)} |`;
    const inner = innerRecord(field.type);
    return inner === undefined ? [row] : [row, ...fieldRows(inner.record, `${name}${inner.mark}.`)];
  });
}

function typeName(type: PageType): string {
  if (typeof type === "string") return type;
  if (Array.isArray(type))
    return `${type
      .filter((each) => each !== "null")
      .map(typeName)
      .join(", ")}, or null`;
  const complex = type as PageComplex;
  if (complex.symbols !== undefined) return `${complex.name}: ${complex.symbols.join(", ")}`;
  if (complex.type === "array") return `list of ${typeName(complex.items ?? "null")}`;
  if (complex.type === "map") return `map of ${typeName(complex.values ?? "null")}`;
  return complex.name ?? complex.logicalType ?? typeName(complex.type);
}

function innerRecord(type: PageType): { readonly record: PageComplex; readonly mark: string } | undefined {
  if (typeof type === "string") return undefined;
  if (Array.isArray(type)) return type.map(innerRecord).find((each) => each !== undefined);
  const complex = type as PageComplex;
  if (complex.fields !== undefined) return { record: complex, mark: "" };
  const item = innerRecord(complex.items ?? complex.values ?? "null");
  return item && { record: item.record, mark: "[]" };
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
