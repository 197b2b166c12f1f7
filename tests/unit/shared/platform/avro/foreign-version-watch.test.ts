import { expect, test } from "vitest";
import { schemaVersions } from "#shared/contracts/schema-files.ts";
import { createForeignVersionWatch, foreignVersionsText } from "#shared/platform/avro/foreign-version-watch.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { createMemoryRegistry } from "#tests/fakes/memory-registry.ts";

const never = new AbortController().signal;
const emit = async () => {};

test("tells at each look what nobody has released, and keeps its last word while the registry is away", async () => {
  const registry = createMemoryRegistry();
  const told: string[] = [];
  let isAway = false;
  const job = createForeignVersionWatch({
    registry: {
      ...registry,
      versions: async (subject) => {
        if (isAway) throw new AppError("REGISTRY_UNAVAILABLE", "No answer", { retryable: true });
        return registry.versions(subject);
      },
    },
    prefix: "t.",
    topics: ["comms.events", "comms.events.bulk"],
    report: (topic, found) => told.push(`${topic} ${found?.versions.join() ?? "-"}`),
  });
  const look = async () => {
    told.length = 0;
    expect(await job.run(0, emit, never)).toBe(60_000);
    return [...told];
  };
  const ours = schemaVersions("Event").at(-1) ?? "";
  await registry.register("t.comms.events-value", ours);
  expect(await look()).toEqual(["comms.events -", "comms.events.bulk -"]);
  await registry.register("t.comms.events-value", ours.replace('"name": "Event"', '"name": "MyEvent"'));
  expect(await look()).toEqual(["comms.events 2", "comms.events.bulk -"]);
  isAway = true;
  expect(await look()).toEqual([]);
});

test("says how many there are, and where to read on", () => {
  const found = { topic: "comms.events", subject: "comms.events-value" } as const;
  expect(foreignVersionsText({ ...found, versions: [2] })).toContain("comms.events-value has version 2, which");
  expect(foreignVersionsText({ ...found, versions: [2, 3] })).toContain("has versions 2, 3, which");
});
