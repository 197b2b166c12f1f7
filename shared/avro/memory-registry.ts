import type { Compatibility, Registry } from "#shared/avro/registry.ts";

/** A registry in memory, for tests and the in-memory platform. Ids count from 1; the same schema has one id everywhere. */
export function createMemoryRegistry(): Registry {
  const schemas: string[] = [];
  const subjects = new Map<string, Set<number>>();
  const levels = new Map<string, Compatibility>();
  const idOf = (schema: string): number => schemas.indexOf(canonical(schema)) + 1;

  return {
    lookup: async (subject, schema) => {
      const id = idOf(schema);
      return subjects.get(subject)?.has(id) ? id : undefined;
    },
    schemaById: async (id) => schemas[id - 1],
    setCompatibility: async (subject, level) => void levels.set(subject, level),
    compatibility: async (subject) => levels.get(subject),
    register: async (subject, schema) => {
      const id = idOf(schema) || schemas.push(canonical(schema));
      subjects.set(subject, (subjects.get(subject) ?? new Set()).add(id));
      return id;
    },
  };
}

function canonical(schema: string): string {
  return JSON.stringify(JSON.parse(schema));
}
