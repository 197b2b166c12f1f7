import { fileURLToPath } from "node:url";
import type { Output } from "#shared/contracts/output.ts";
import { createTemplateStore } from "#shared/control/templates/postgres-template-store.ts";
import { publishTemplates } from "#shared/control/templates/publish.ts";
import { foreignVersionsText } from "#shared/platform/avro/foreign-version-watch.ts";
import { readConfig } from "#shared/platform/config/environment.ts";
import { migrate } from "#shared/platform/postgres/migrate.ts";
import { type ProvisionReport, provision } from "#shared/platform/provisioning/provision.ts";
import { createProcessContext, type ProcessContext } from "#shared/runtime/process/process-context.ts";
import { readTemplates } from "#shared/state/templates/template-reader.ts";
import { type CliCommand, exit } from "./command.ts";
import { prepareSettings } from "./command-settings.ts";

/** `comms prepare`: creates what a processor needs before it starts. A second run changes nothing. */
export const prepare: CliCommand = {
  name: "prepare",
  usage: "prepare [--replace]",
  summary: "Create topics, register schemas, migrate Postgres, publish the catalog's templates",
  flags: { replace: { type: "boolean", default: false } },
  accepts: ({ args }) => args.length === 0,
  run: async ({ flags }) => {
    const config = readConfig(prepareSettings);
    const platform = createProcessContext(config, { name: "prepare" });
    try {
      const done = await prepareAll(platform, {
        replicationFactor: config.COMMS_REPLICATION_FACTOR,
        replace: flags["replace"] === true,
      });
      process.stderr.write(`${done.join("\n")}\n`);
      return exit.done;
    } finally {
      await platform.close();
    }
  },
};

interface PrepareOptions {
  /** -1 leaves it to the broker. */
  readonly replicationFactor: number;
  readonly replace?: boolean;
}

/** Prepares topics and schemas, then tables, then templates, which need both. Returns what it changed, in lines. */
export async function prepareAll(
  platform: ProcessContext,
  { replicationFactor, replace = false }: PrepareOptions,
): Promise<readonly string[]> {
  const provisioned = await provision({
    log: platform.log(),
    registry: platform.registry(),
    prefix: platform.prefix,
    replicationFactor,
  });
  const migrations = await migrate(platform.postgres());
  await platform.warm();
  const { published, unchanged } = await publish(platform, replace);
  return [
    ...provisionLines(provisioned),
    `migrations: ${migrations.length} applied`,
    `templates: ${published.length} published, ${unchanged} unchanged`,
  ];
}

/** What was done to topics and schemas, and a line for each subject with versions that are not ours. */
export function provisionLines(report: ProvisionReport): readonly string[] {
  const { topicsCreated, schemasRegistered, releasesMarked, foreignVersions, largerCompacted } = report;
  const larger = largerCompacted.map(
    (topic) =>
      `compacted topic: ${topic} has more partitions than its contract; if it has grown in place, its keys lie in two places: 'comms topic repartition' puts them right`,
  );
  return [
    `topics: ${topicsCreated.length} created; schemas: ${schemasRegistered.length} registered, ${releasesMarked.length} marked as released`,
    ...foreignVersions.map(foreignVersionsText),
    ...larger,
  ];
}

async function publish(platform: ProcessContext, replace: boolean) {
  const codec = platform.codec();
  const topic = `${platform.prefix}comms.templates`;
  return publishTemplates({
    catalog: fileURLToPath(new URL("../catalog", import.meta.url)),
    published: await readTemplates({ log: platform.log(), codec, topic }),
    now: platform.clock.now(),
    emit: (outputs) => produce(platform, outputs),
    store: createTemplateStore(platform.postgres()),
    replace,
  });
}

/** Writes outputs outside of any processor: commands, the demo, tests. */
export async function produce(platform: ProcessContext, outputs: readonly Output[]): Promise<void> {
  const codec = platform.codec();
  const producer = await platform.log().producer();
  const records = outputs.map((output) => ({
    topic: platform.prefix + output.topic,
    key: output.key,
    value: "raw" in output ? output.raw : output.value === null ? null : codec.encode(output.topic, output.value),
  }));
  await producer.send(records);
  await producer.close();
}
