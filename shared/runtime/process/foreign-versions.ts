import { hasForeignWriters, type TopicName } from "#shared/contracts/topics.ts";
import type { Job } from "#shared/domain/outcome/job.ts";
import { createForeignVersionWatch, foreignVersionsText } from "#shared/platform/avro/foreign-version-watch.ts";
import type { ProcessContext } from "./process-context.ts";

/** The watch over the schemas of a stage's topics, which tells a gauge and `/readyz`. */
export function watchForeignVersions(platform: ProcessContext, inputs: readonly TopicName[]): Job {
  const { notes, prefix, telemetry } = platform;
  return createForeignVersionWatch({
    registry: platform.registry(),
    prefix,
    topics: inputs.filter(hasForeignWriters),
    report: (topic, found) => {
      telemetry.metrics.set("comms_foreign_schema_versions", { topic }, found?.versions.length ?? 0);
      if (found === undefined) notes.delete(`schema of ${topic}`);
      else notes.set(`schema of ${topic}`, foreignVersionsText(found));
    },
  });
}
