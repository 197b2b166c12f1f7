import { schemaVersions } from "#shared/contracts/schema-files.ts";
import { hasForeignWriters, type TopicName, topicRecords } from "#shared/contracts/topics.ts";
import { canonicalSchema } from "./canonical-schema.ts";
import { type Registry, subjectOf } from "./registry.ts";

/** The topics that clients of others write, and so need a released schema. */
const foreignlyWritten = (Object.keys(topicRecords) as TopicName[]).filter(hasForeignWriters);

/** The records of those topics. */
const guardedRecords: ReadonlySet<string> = new Set(foreignlyWritten.map((topic) => topicRecords[topic]));

/**
 * The subject that holds a record's released versions, in their canonical form: being registered there is the mark. No
 * client writes to it by mistake, because its name is no topic's. `prefix` is the topics' prefix.
 */
export function releasedSubject(prefix: string, record: string): string {
  return `${prefix}comms.released.${record}`;
}

/** Whether a record's schemas are checked: it stands on a topic that clients of others write. */
export function isGuardedRecord(record: string | undefined): record is string {
  return record !== undefined && guardedRecords.has(record);
}

/** A registry, and the prefix of its subjects. */
export interface ReleasedSchemasParts {
  readonly registry: Registry;
  readonly prefix: string;
}

/** Which versions of a record count as released. */
export interface ReleasedSchemas {
  /**
   * Whether this build knows the canonical schema as a version of the record, or some release has marked it in the registry,
   * which is asked only for what this build does not know. Rejects with the registry's errors.
   */
  has(record: string, canonical: string): Promise<boolean>;
}

/** Reads this build's own versions from its files once a record, and marks of other releases from the registry each time. */
export function createReleasedSchemas({ registry, prefix }: ReleasedSchemasParts): ReleasedSchemas {
  const own = new Map<string, ReadonlySet<string>>();
  const ownOf = (record: string): ReadonlySet<string> => {
    const known = own.get(record) ?? new Set(schemaVersions(record).map(canonicalSchema));
    own.set(record, known);
    return known;
  };
  return {
    has: async (record, canonical) =>
      isGuardedRecord(record) &&
      (ownOf(record).has(canonical) ||
        (await registry.lookup(releasedSubject(prefix, record), canonical)) !== undefined),
  };
}

/** Marks every version that this build knows as released. Returns the subjects at which one was missing; a second call changes nothing. */
export async function markReleased({ registry, prefix }: ReleasedSchemasParts): Promise<readonly string[]> {
  const marked: string[] = [];
  for (const record of guardedRecords) {
    const subject = releasedSubject(prefix, record);
    for (const canonical of new Set(schemaVersions(record).map(canonicalSchema))) {
      if ((await registry.lookup(subject, canonical)) !== undefined) continue;
      // Canonical forms carry no defaults, so no level that compares versions would take the second.
      await registry.setCompatibility(subject, "NONE");
      await registry.register(subject, canonical);
      marked.push(subject);
    }
  }
  return [...new Set(marked)];
}

/** Versions under a topic's subject that no release has marked; records written with them are refused. */
export interface ForeignVersions {
  readonly topic: TopicName;
  readonly subject: string;
  readonly versions: readonly number[];
}

/**
 * The foreign versions of topics that clients of others write, of all of them unless some are given; topics without any are
 * left out. Rejects with the registry's errors.
 */
export async function findForeignVersions(
  parts: ReleasedSchemasParts,
  topics: readonly TopicName[] = foreignlyWritten,
): Promise<readonly ForeignVersions[]> {
  const { registry, prefix } = parts;
  const released = createReleasedSchemas(parts);
  const found = await Promise.all(
    topics.filter(hasForeignWriters).map(async (topic) => {
      const subject = subjectOf(prefix, topic);
      const versions: number[] = [];
      for (const { version, schema } of await registry.versions(subject)) {
        if (!(await released.has(topicRecords[topic], canonicalSchema(schema)))) versions.push(version);
      }
      return { topic, subject, versions };
    }),
  );
  return found.filter(({ versions }) => versions.length > 0);
}
