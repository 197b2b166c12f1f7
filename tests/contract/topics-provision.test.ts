import { expect, test } from "vitest";
import type { TopicSpec } from "#shared/contracts/log-record.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { provision } from "#shared/platform/provisioning/provision.ts";
import { createMemoryLog } from "#tests/fakes/log/memory-log.ts";
import { createMemoryRegistry } from "#tests/fakes/memory-registry.ts";
import { provisionConformance } from "./topics-provision-conformance.ts";

provisionConformance("in memory", async () => ({ log: createMemoryLog(), registry: createMemoryRegistry() }));

test.each([
  [undefined, 1, undefined],
  [3, 3, "2"],
])("a replication factor of %s asks for %s copies", async (given, copies, inSync) => {
  const log = createMemoryLog();
  const asked: TopicSpec[] = [];
  const spying = {
    ...log,
    createTopics: (specs: readonly TopicSpec[]) => {
      asked.push(...specs);
      return log.createTopics(specs);
    },
  };
  const registry = createMemoryRegistry();
  await provision({ log: spying, registry, prefix: "", ...(given && { replicationFactor: given }) });
  expect(new Set(asked.map((spec) => spec.replicationFactor))).toEqual(new Set([copies]));
  expect(new Set(asked.map((spec) => spec.config["min.insync.replicas"]))).toEqual(new Set([inSync]));
});

test("releases are marked, then levels are set, before schemas are registered", async () => {
  const registry = createMemoryRegistry();
  const calls: string[] = [];
  const spying = {
    ...registry,
    setCompatibility: (...given: Parameters<typeof registry.setCompatibility>) => {
      if (given[0].endsWith("-value")) calls.push("level");
      return registry.setCompatibility(...given);
    },
    register: (...given: Parameters<typeof registry.register>) => {
      calls.push(given[0].endsWith("-value") ? "schema" : "mark");
      return registry.register(...given);
    },
  };
  await provision({ log: createMemoryLog(), registry: spying, prefix: "" });
  expect(calls.lastIndexOf("mark")).toBeLessThan(calls.indexOf("level"));
  expect(calls.lastIndexOf("level")).toBeLessThan(calls.indexOf("schema"));
});

test("a registry that is away leaves the error retryable", async () => {
  const away = async (): Promise<never> => {
    throw new AppError("REGISTRY_UNAVAILABLE", "No answer", { retryable: true });
  };
  const registry = { ...createMemoryRegistry(), lookup: away };
  await expect(provision({ log: createMemoryLog(), registry, prefix: "" })).rejects.toMatchObject({ retryable: true });
});
