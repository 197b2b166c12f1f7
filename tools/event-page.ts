import type { DescribedEvent } from "#catalog/describe-events.ts";

const head = `<!-- Written by \`npm run generate\` from catalog/events. Do not edit. -->

# Events

Which events there are, what each must hold, and which messages come of it. \`GET /v1/catalog\` gives the same as JSON, with the schema of each
payload whole; [produce an event](producing.md) says how to send one. An event that is not here is refused with \`COMMS_UNKNOWN_EVENT\`.

A role is that of an actor: each person who has it gets the template on every channel of the list, one message a channel; a one-time code
takes the first of them that is open. A *critical* message is held back by no preference and no quiet hours. Messages with one *dedupe key*
within the dedupe window are one message; what a *digest* collects is not held against that.
`;

/** The page of every event, by family and name. */
export function renderEventPage(events: readonly DescribedEvent[]): string {
  const index = events.map(
    ({ name, family, description }) => `| [${name}](#${anchorOf(name)}) | ${family} | ${cell(description)} |`,
  );
  return [`${head}\n| event | family | when |\n|---|---|---|\n${index.join("\n")}\n`, ...events.map(sectionOf)].join(
    "\n",
  );
}

function sectionOf(event: DescribedEvent): string {
  const { name, description, category, sends, payload, example } = event;
  return [
    `## ${name}\n`,
    `${description} Category \`${category}\`.\n`,
    `| to | template | channels | | dedupe key | digest |\n|---|---|---|---|---|---|\n${sends.map(sendRow).join("\n")}\n`,
    `| field of the payload | type | |\n|---|---|---|\n${fieldRows(payload, "").join("\n")}\n`,
    `\`\`\`json\n${JSON.stringify(eventWith(name, sends, example), null, 2)}\n\`\`\`\n`,
  ].join("\n");
}

function sendRow({ role, template, channels, critical, dedupe_key, cadence }: DescribedEvent["sends"][number]): string {
  const cells = [
    role,
    `\`${template}\``,
    channels.join(", "),
    critical ? "critical" : "",
    `\`${dedupe_key}\``,
    cadence ?? "",
  ];
  return `| ${cells.join(" | ")} |`;
}

/** An event as its producer writes it over HTTP. */
function eventWith(name: string, sends: DescribedEvent["sends"], payload: object): object {
  const roles = [...new Set(sends.map(({ role }) => role))];
  const actors = roles.map((role) => ({ role, user_id: `usr_${role}` }));
  return { name, cause_ref: "your reference of what happened", actors, payload };
}

/** What a JSON schema of the catalog says of an object; a field in another has its path. */
interface FieldSchema {
  readonly type?: string | readonly string[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly items?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly description?: string;
  readonly [keyword: string]: unknown;
}

function fieldRows(schema: FieldSchema, path: string): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, value]) => {
    const field = value as FieldSchema;
    const items = (field.items ?? {}) as FieldSchema;
    const own = `${path}${name}`;
    const row = `| \`${own}\` | ${cell(typeOf(field))} | ${cell(wordsOf(field, schema.required?.includes(name) ?? false))} |`;
    return [row, ...fieldRows(field, `${own}.`), ...fieldRows(items, `${own}[].`)];
  });
}

function typeOf({ type, const: only, enum: some, format, items }: FieldSchema): string {
  if (only !== undefined) return `\`${JSON.stringify(only)}\``;
  if (some !== undefined) return some.map((one) => `\`${JSON.stringify(one)}\``).join(", ");
  const types = [type ?? "any"].flat().join(" or ");
  const list = items === undefined ? types : `${types} of ${typeOf(items as FieldSchema)}`;
  return format === undefined ? list : `${list}, ${format}`;
}

/** The bounds that a schema may set, as it names them. */
const bounds = ["minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "pattern"] as const;

function wordsOf(field: FieldSchema, isRequired: boolean): string {
  const set = bounds
    .filter((bound) => field[bound] !== undefined)
    .map((bound) => `${bound} \`${String(field[bound])}\``);
  return [isRequired ? "required" : "may be left out", ...set, field.description ?? ""]
    .filter((part) => part !== "")
    .join("; ");
}

/** As GitHub makes it of a title. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\w -]/g, "")
    .replaceAll(" ", "-");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
