import type { TopicName } from "#shared/contracts/topics.ts";
import type { Job } from "#shared/domain/outcome/job.ts";
import { isRetryable } from "../errors/app-error.ts";
import { type ForeignVersions, findForeignVersions, type ReleasedSchemasParts } from "./released-schemas.ts";

/** What a watch asks about, and whom it tells. */
export interface ForeignVersionWatch extends ReleasedSchemasParts {
  readonly topics: readonly TopicName[];
  /** Receives what stands now for each of the topics, at every look. Must not throw. */
  readonly report: (topic: TopicName, found: ForeignVersions | undefined) => void;
}

const everyMs = 60_000;

/** Looks once a minute for versions that nobody has released. A registry that does not answer says nothing: the last report stands. */
export function createForeignVersionWatch({ topics, report, ...parts }: ForeignVersionWatch): Job {
  return {
    name: "foreign versions",
    run: async () => {
      try {
        const found = await findForeignVersions(parts, topics);
        for (const topic of topics)
          report(
            topic,
            found.find((one) => one.topic === topic),
          );
      } catch (error) {
        if (!isRetryable(error)) throw error;
      }
      return everyMs;
    },
  };
}

/** What people are told of foreign versions, in a line. */
export function foreignVersionsText({ subject, versions }: ForeignVersions): string {
  const which = `${versions.length === 1 ? "version" : "versions"} ${versions.join(", ")}`;
  return `foreign schema: ${subject} has ${which}, which no release has marked; what is written with it is refused. docs/runbooks/foreign-records.md says what to do`;
}
