/**
 * Writes `records.ts` and `docs/topics/` from `schemas/`, `docs/events.md` from the catalog, and `docs/configuration.md` from what is declared of settings; or with `--check` exits 1 when one of the files has drifted.
 * Run by `npm run generate`; `npm run ok` runs the check.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describeEvents } from "#catalog/describe-events.ts";
import { commandSettings } from "#cli/command-settings.ts";
import { hostableSettings } from "#cli/hostable.ts";
import { readSchema, schemaOfTopic } from "#shared/contracts/schema-files.ts";
import {
  deadLetterContract,
  readExample,
  type TopicContract,
  topicContracts,
} from "#shared/contracts/topic-contract.ts";
import { deadLetterTopic, stages, type TopicName } from "#shared/contracts/topics.ts";
import { renderConfigurationPage, type SettingsReaders } from "./configuration-page.ts";
import { renderEventPage } from "./event-page.ts";
import { renderDeadLetterPage, renderTopicIndex, renderTopicPage } from "./topic-pages.ts";

type AvroType = string | readonly AvroType[] | AvroComplex;
interface AvroComplex {
  readonly type: AvroType;
  readonly name?: string;
  readonly doc?: string;
  readonly symbols?: readonly string[];
  readonly fields?: readonly AvroField[];
  readonly items?: AvroType;
  readonly values?: AvroType;
}
interface AvroField {
  readonly name: string;
  readonly type: AvroType;
  readonly doc: string;
  readonly pii: "none" | "pseudonym" | "direct";
}

const root = fileURLToPath(new URL("../", import.meta.url));

const primitives: Readonly<Record<string, string>> = {
  string: "string",
  int: "number",
  long: "number",
  double: "number",
  boolean: "boolean",
  bytes: "Buffer",
  null: "null",
};

/** Renders every schema in the folder as one module of types; throws when two schemas disagree on a shared name. */
export function renderTypes(schemas: readonly AvroComplex[]): string {
  const declarations = new Map<string, string>();
  const declare = (name: string, text: string): string => {
    const known = declarations.get(name);
    if (known !== undefined && known !== text) throw new Error(`Schemas disagree on the type ${name}`);
    declarations.set(name, text);
    return name;
  };
  const typeOf = (type: AvroType): string => {
    if (typeof type === "string") return primitives[type] ?? type.slice(type.lastIndexOf(".") + 1);
    if (Array.isArray(type)) {
      return type
        .toSorted((a, b) => Number(a === "null") - Number(b === "null"))
        .map(typeOf)
        .join(" | ");
    }
    const complex = type as AvroComplex;
    switch (complex.type) {
      case "enum":
        return declare(
          complex.name ?? "",
          `/** ${complex.doc} */\nexport type ${complex.name} = ${complex.symbols?.map((s) => `"${s}"`).join(" | ")};\n`,
        );
      case "record":
        return declare(complex.name ?? "", recordOf(complex));
      case "array":
        return `readonly ${wrapped(typeOf(complex.items ?? "null"))}[]`;
      case "map":
        return `Readonly<Record<string, ${typeOf(complex.values ?? "null")}>>`;
      default:
        return typeOf(complex.type);
    }
  };
  const wrapped = (text: string): string => (text.includes(" ") ? `(${text})` : text);
  const recordOf = (record: AvroComplex): string => {
    const fields = (record.fields ?? []).map(
      (field) =>
        `  /** ${field.doc}${field.pii === "none" ? "" : ` PII: ${field.pii}.`} */\n  readonly ${field.name}: ${typeOf(field.type)};`,
    );
    return `/** ${record.doc} */\nexport interface ${record.name} {\n${fields.join("\n")}\n}\n`;
  };
  for (const schema of schemas) typeOf(schema);
  const names = schemas.map((schema) => schema.name ?? "");
  const registry = `/** Every record type by the name of its schema. */\nexport interface RecordTypes {\n${names.map((name) => `  readonly ${name}: ${name};`).join("\n")}\n}\n`;
  return `// Written by tools/generate.ts from schemas/avro. Do not edit: run \`npm run generate\`.\n\n${[...declarations.values()].join("\n")}\n${registry}`;
}

function readSchemas(): AvroComplex[] {
  const schemas = new URL("../schemas/", import.meta.url);
  return readdirSync(new URL("avro/", schemas))
    .filter((file) => file.endsWith(".avsc"))
    .sort()
    .map((file) => JSON.parse(readSchema(schemas, file)) as AvroComplex);
}

/** Every generated file: its path below the root, and what it should hold. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const contracts = topicContracts();
  const pages = contracts.map((contract) => [`docs/topics/${contract.topic}.md`, pageOf(contract)] as const);
  return new Map([
    ["shared/contracts/records.ts", renderTypes(readSchemas())],
    ["docs/configuration.md", renderConfigurationPage(settingsReaders())],
    ["docs/events.md", renderEventPage(describeEvents())],
    ["docs/topics/README.md", renderTopicIndex(contracts)],
    ["docs/topics/dead-letters.md", renderDeadLetterPage(deadLetterContract(), stages.map(deadLetterTopic))],
    ...pages,
  ]);
}

function settingsReaders(): SettingsReaders {
  const { gateway, ...ofStages } = hostableSettings;
  const commands = Object.entries(commandSettings).map(([name, settings]) => ({ name: `comms ${name}`, settings }));
  return {
    stages: Object.entries(ofStages).map(([name, settings]) => ({ name, settings })),
    others: [...(gateway ? [{ name: "gateway", settings: gateway }] : []), ...commands],
  };
}

function pageOf(contract: TopicContract): string {
  return renderTopicPage({
    contract,
    schema: JSON.parse(schemaOfTopic(contract.topic as TopicName)),
    examples: contract.examples.map((name) => ({
      name,
      text: readExample(contract.topic, name),
    })),
  });
}

/** Paths of generated files that hold something else, are missing, or belong to nothing any more. */
export function driftedFiles(): readonly string[] {
  const wanted = generatedFiles();
  const strays = readdirSync(join(root, "docs/topics")).map((file) => `docs/topics/${file}`);
  return [
    ...[...wanted].filter(([path, text]) => contentOf(path) !== text).map(([path]) => path),
    ...strays.filter((path) => !wanted.has(path)),
  ];
}

function contentOf(path: string): string | undefined {
  const file = join(root, path);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

if (import.meta.main) {
  mkdirSync(join(root, "docs/topics"), { recursive: true });
  if (!process.argv.includes("--check")) {
    for (const [path, text] of generatedFiles()) writeFileSync(join(root, path), text);
  }
  const drifted = driftedFiles();
  for (const path of drifted) {
    process.stderr.write(`${path} is not what it is made from; run npm run generate, or remove it\n`);
  }
  process.exitCode = drifted.length === 0 ? 0 : 1;
}
