/**
 * Walks one event through the folders: for each stage from `POST /v1/events` to `comms.feedback` the files that its code
 * reaches, room by room, and the returns: imports that lead from a room up to one that stands above it. Prints the table
 * of ARCHITECTURE.md.
 */
import { readDependencyGraph } from "./dependency-graph.ts";
import { importFolderOf } from "./specifiers.ts";
import { floorOf, reachedFrom, returnsAmong, type WalkImport } from "./walk-graph.ts";

/** Each stage by the file in which an event enters it, and the adapter that carries it out. */
const stages: readonly (readonly [stage: string, ...entries: string[]])[] = [
  ["gateway, POST /v1/events", "gateway/public/events/routes.ts"],
  ["intake", "processors/intake/processor.ts"],
  ["router", "processors/router/processor.ts"],
  ["renderer", "processors/renderer/processor.ts"],
  ["email-sender", "shared/delivery/sender.ts", "shared/delivery/providers/ses/adapter.ts"],
  ["gateway, SES webhook", "gateway/webhooks/routes.ts", "shared/delivery/providers/ses/sns/receiver.ts"],
  ["feedback", "processors/feedback/processor.ts", "shared/delivery/providers/ses/core/normalise.ts"],
  ["the runtime, under each", "shared/runtime/shell/shell.ts"],
];

const product = ["shared", "processors", "gateway", "catalog"];
const { modules } = readDependencyGraph(product, ".");
const imports = modules.flatMap(({ source, dependencies }) =>
  dependencies
    .filter(({ resolved }) => product.some((folder) => resolved.startsWith(`${folder}/`)))
    .map(
      ({ resolved, dependencyTypes }): WalkImport => ({
        from: source,
        to: resolved,
        isTypeOnly: dependencyTypes.includes("type-only"),
      }),
    ),
);

const everything = new Set<string>();
const rows = stages.map(([stage, ...entries]) => {
  const files = reachedFrom(entries, imports);
  for (const file of files) everything.add(file);
  const perRoom = [...Map.groupBy(files, importFolderOf)].toSorted(([a], [b]) => floorOf(b) - floorOf(a));
  const visited = perRoom.map(([room, inside]) => `${room} ${inside.length}`).join(" → ");
  return `| ${stage} | ${files.length} | ${visited} | ${returnsAmong(files, imports).length} |`;
});

process.stdout.write(`| stage | files | rooms, downwards, with the files in each | returns |\n|---|---|---|---|\n`);
process.stdout.write(`${rows.join("\n")}\n`);
const returns = returnsAmong([...everything], imports);
process.stdout.write(`\n${everything.size} files in all, ${returns.length} returns\n`);
for (const { from, to } of returns) process.stdout.write(`${from} -> ${to}\n`);
