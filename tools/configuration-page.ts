import type { SettingDescription, Settings } from "#shared/platform/config/setting.ts";

/** What reads settings: a stage, the gateway, a command. */
export interface SettingsReader {
  /** As the page has it: `router`, `comms prepare`. */
  readonly name: string;
  readonly settings: Settings<object>;
}

/** The readers by kind: a setting that all stages read is said to be read by every stage. */
export interface SettingsReaders {
  readonly stages: readonly SettingsReader[];
  readonly others: readonly SettingsReader[];
}

const head = `<!-- Written by \`npm run generate\` from the settings that stages, gateway and commands declare. Do not edit. -->

# Configuration

Everything is set by variables of the environment. \`comms run\` reads what the stages that it hosts declare, and nothing else: a
process with \`intake\` alone needs no secret of a provider. All issues are reported together, by name and without a value, before anything
connects; the exit code is 78.

- For each name there is a twin \`<NAME>_FILE\`: the path of a file with the value, for mounted secrets. Set one of the two.
- An empty value counts as not set. A name below \`COMMS_\` that nothing reads is reported on stderr at start, and does nothing.
- What the environment leaves out comes from \`.carillon/stack.json\`, if this checkout's own stack made it (\`make up\`) and \`NODE_ENV\` is
  not \`production\`. The variables of the stack itself are on [its page](stack.md).
- A secret that rotates has an id and a list of previous ones: put the old one there as \`id=secret\`, and the new one with a new id in its place.
`;

/** The page of every setting, a table a group, in the order in which the readers name them. */
export function renderConfigurationPage(readers: SettingsReaders): string {
  const all = [...readers.stages, ...readers.others].flatMap(({ settings }) => settings.descriptions);
  const settings = [...Map.groupBy(all, ({ name }) => name).values()].map(strictest);
  const groups = Map.groupBy(settings, (one) => one.group);
  const tables = [...groups].map(([title, group]) => tableOf(title, group, readers));
  return [head, ...tables].join("\n");
}

/** The description of a setting by the reader that needs it most: always, or with a choice, or not at all. */
function strictest(same: readonly SettingDescription[]): SettingDescription {
  const always = same.find(({ isRequired, requiredWith }) => isRequired && requiredWith === undefined);
  return always ?? same.find(({ requiredWith }) => requiredWith !== undefined) ?? (same[0] as SettingDescription);
}

function tableOf(title: string, settings: readonly SettingDescription[], readers: SettingsReaders): string {
  const rows = settings.map((one) => `| ${cellsOf(one, readers).join(" | ")} |`);
  return [`## ${title}\n`, "| name | meaning | default | secret | read by |\n|---|---|---|---|---|", ...rows, ""].join(
    "\n",
  );
}

function cellsOf(one: SettingDescription, readers: SettingsReaders): readonly string[] {
  const byDefault = one.byDefault === undefined ? "" : `\`${one.byDefault}\``;
  const cells = [
    `\`${one.name}\``,
    one.meaning,
    neededText(one) ?? byDefault,
    one.isSecret ? "secret" : "",
    readersOf(one.name, readers),
  ];
  return cells.map((cell) => cell.replaceAll("|", "\\|"));
}

function readersOf(name: string, { stages, others }: SettingsReaders): string {
  const reads = ({ settings }: SettingsReader): boolean => settings.descriptions.some((one) => one.name === name);
  if (stages.every(reads)) return ["every stage", ...namesOf(others.filter(reads))].join(", ");
  const senders = stages.filter((one) => one.name.endsWith("-sender"));
  const together = senders.length > 1 && senders.every(reads) ? senders : [];
  const alone = [...stages.filter((one) => !together.includes(one)), ...others].filter(reads);
  return [...namesOf(alone), ...(together.length > 0 ? ["every sender"] : [])].join(", ");
}

function namesOf(readers: readonly SettingsReader[]): readonly string[] {
  return readers.map(({ name }) => name);
}

/** That a setting needs a value; undefined where it does not. */
function neededText({ isRequired, requiredWith }: SettingDescription): string | undefined {
  if (requiredWith) return `must be set with ${requiredWith.map((name) => `\`${name}\``).join(" or ")}`;
  return isRequired ? "must be set" : undefined;
}
