import avsc from "avsc";
import type { Compatibility, Registry } from "#shared/platform/avro/registry.ts";
import { refusedSchema } from "#shared/platform/avro/registry-failure.ts";
import { incompatibilities } from "#tools/compatibility.ts";

/**
 * A registry in memory, for tests and the in-memory platform. Ids count from 1, and the same schema has one id under
 * every subject. Any level but `NONE` is held as `FULL_TRANSITIVE`.
 */
export function createMemoryRegistry(): Registry {
  const schemas: string[] = [];
  const subjects = new Map<string, Set<number>>();
  const levels = new Map<string, Compatibility>();
  const idOf = (schema: string): number => schemas.indexOf(canonical(schema)) + 1;

  const refuseUnfit = (subject: string, schema: string): void => {
    if ((levels.get(subject) ?? "NONE") === "NONE") return;
    const versions = [...(subjects.get(subject) ?? [])].map((id) => schemas[id - 1] as string);
    const issues = versions.flatMap((version) => incompatibilities(version, schema));
    if (issues.length > 0) throw refusedSchema(issues.join("; "));
  };

  return {
    lookup: async (subject, schema) => {
      const id = idOf(schema);
      return subjects.get(subject)?.has(id) ? id : undefined;
    },
    schemaById: async (id) => schemas[id - 1],
    versions: async (subject) =>
      [...(subjects.get(subject) ?? [])].map((id, at) => ({ version: at + 1, schema: schemas[id - 1] as string })),
    setCompatibility: async (subject, level) => void levels.set(subject, level),
    compatibility: async (subject) => {
      const level = levels.get(subject);
      return level === "NONE" ? undefined : level;
    },
    register: async (subject, schema) => {
      refuseNonsense(schema);
      refuseUnfit(subject, schema);
      const id = idOf(schema) || schemas.push(canonical(schema));
      subjects.set(subject, (subjects.get(subject) ?? new Set()).add(id));
      return id;
    },
  };
}

function refuseNonsense(schema: string): void {
  try {
    avsc.Type.forSchema(JSON.parse(schema));
  } catch {
    throw refusedSchema("it is no Avro schema");
  }
}

function canonical(schema: string): string {
  return JSON.stringify(JSON.parse(schema));
}
