import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import type { Registry } from "#shared/platform/avro/registry.ts";

const field = (name: string, extra: object = {}): object => ({ name, type: "string", ...extra });
const schema = (fields: readonly object[], extra: object = {}): string =>
  JSON.stringify({ type: "record", name: "Thing", namespace: "test", fields, ...extra });

const subject = (): string => `conformance-${randomUUID()}-value`;

/** An open registry, and schemas that nobody else has registered there. */
interface Bench {
  readonly registry: Registry;
  readonly first: () => string;
  readonly second: () => string;
  readonly unfit: () => string;
}

/** What every registry must do alike. Subjects are random, so it may run against a registry in use. */
export function registryConformance(name: string, open: () => Registry | Promise<Registry>): void {
  describe(`the registry (${name})`, () => {
    let registry: Registry;
    let unique: string;
    const bench: Bench = {
      get registry() {
        return registry;
      },
      first: () => schema([field("a")], { doc: unique }),
      second: () => schema([field("a"), field("b", { default: "" })], { doc: unique }),
      unfit: () => schema([field("a"), field("c")], { doc: unique }),
    };

    beforeAll(async () => {
      registry = await open();
      unique = randomUUID();
    });

    lookupCases(bench);
    compatibilityCases(bench);
  });
}

function lookupCases(bench: Bench): void {
  test("knows nothing of a subject that was never named", async () => {
    const stranger = subject();
    expect(await bench.registry.lookup(stranger, bench.first())).toBeUndefined();
    expect(await bench.registry.compatibility(stranger)).toBeUndefined();
  });

  test("gives the same schema the same id, any number of times and under any subject", async () => {
    const [one, other] = [subject(), subject()];
    const id = await bench.registry.register(one, bench.first());
    expect(await bench.registry.register(one, bench.first())).toBe(id);
    expect(await bench.registry.register(other, bench.first())).toBe(id);
    expect(await bench.registry.lookup(one, bench.first())).toBe(id);
  });

  test("finds a schema with any white space", async () => {
    const one = subject();
    const id = await bench.registry.register(one, JSON.stringify(JSON.parse(bench.first()), null, 2));
    expect(await bench.registry.lookup(one, bench.first())).toBe(id);
  });

  test("does not find under one subject what was registered under another", async () => {
    const one = subject();
    await bench.registry.register(one, bench.second());
    await bench.registry.register(subject(), bench.first());
    expect(await bench.registry.lookup(one, bench.first())).toBeUndefined();
  });

  test("gives a schema by its id, fit to decode with", async () => {
    const id = await bench.registry.register(subject(), bench.first());
    const read = JSON.parse((await bench.registry.schemaById(id)) ?? "null");
    expect(read).toMatchObject({ type: "record", fields: [{ name: "a", type: "string" }] });
    expect(read.name.split(".").at(-1)).toBe("Thing");
  });

  test("lists the versions of a subject in order, and none of one that was never named", async () => {
    const one = subject();
    expect(await bench.registry.versions(one)).toEqual([]);
    await bench.registry.register(one, bench.first());
    await bench.registry.register(one, bench.second());
    const versions = await bench.registry.versions(one);
    expect(versions.map(({ version }) => version)).toEqual([1, 2]);
    expect(versions.map(({ schema: text }) => JSON.parse(text).fields.length)).toEqual([1, 2]);
  });

  test("has no schema under an id that it never gave", async () => {
    expect(await bench.registry.schemaById(2_000_000_000)).toBeUndefined();
  });
}

function compatibilityCases(bench: Bench): void {
  test("keeps a level that is set before the subject exists, and after", async () => {
    const one = subject();
    await bench.registry.setCompatibility(one, "FULL_TRANSITIVE");
    expect(await bench.registry.compatibility(one)).toBe("FULL_TRANSITIVE");
    await bench.registry.register(one, bench.first());
    expect(await bench.registry.compatibility(one)).toBe("FULL_TRANSITIVE");
  });

  test("takes what the level allows and refuses the rest", async () => {
    const one = subject();
    await bench.registry.setCompatibility(one, "FULL_TRANSITIVE");
    const ids = [await bench.registry.register(one, bench.first()), await bench.registry.register(one, bench.second())];
    expect(new Set(ids).size).toBe(2);
    await expect(bench.registry.register(one, bench.unfit())).rejects.toMatchObject({
      code: "REGISTRY_INCOMPATIBLE",
      retryable: false,
    });
    expect(await bench.registry.lookup(one, bench.unfit())).toBeUndefined();
  });

  test("takes a new symbol in an enum that has a default", async () => {
    const one = subject();
    await bench.registry.setCompatibility(one, "FULL_TRANSITIVE");
    const symbols = (...names: string[]): string =>
      schema([{ name: "e", type: { type: "enum", name: "E", symbols: ["UNKNOWN", ...names], default: "UNKNOWN" } }]);
    await bench.registry.register(one, symbols("A"));
    await bench.registry.register(one, symbols("A", "B"));
    expect(await bench.registry.lookup(one, symbols("A", "B"))).toBeDefined();
  });

  test("takes anything where no level was set, and sets none by itself", async () => {
    const one = subject();
    await bench.registry.register(one, bench.first());
    await bench.registry.register(one, bench.unfit());
    expect(await bench.registry.compatibility(one)).toBeUndefined();
  });

  test("refuses what is no Avro", async () => {
    await expect(bench.registry.register(subject(), `{"type":"nonsense"}`)).rejects.toMatchObject({
      code: "REGISTRY_INCOMPATIBLE",
    });
  });
}
