import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import type { Registry } from "#shared/platform/avro/registry.ts";

const field = (name: string, extra: object = {}): object => ({ name, type: "string", ...extra });
const schema = (fields: readonly object[], extra: object = {}): string =>
  JSON.stringify({ type: "record", name: "Thing", namespace: "test", fields, ...extra });

/** What every registry must do alike. Subjects are drawn anew, so it may run against a registry in use. */
export function registryConformance(name: string, open: () => Registry | Promise<Registry>): void {
  describe(`the registry (${name})`, () => {
    let registry: Registry;
    let unique: string;
    const subject = (): string => `conformance-${randomUUID()}-value`;
    const first = (): string => schema([field("a")], { doc: unique });
    const second = (): string => schema([field("a"), field("b", { default: "" })], { doc: unique });
    const unfit = (): string => schema([field("a"), field("c")], { doc: unique });

    beforeAll(async () => {
      registry = await open();
      unique = randomUUID();
    });

    test("knows nothing of a subject that was never named", async () => {
      const stranger = subject();
      expect(await registry.lookup(stranger, first())).toBeUndefined();
      expect(await registry.compatibility(stranger)).toBeUndefined();
    });

    test("gives the same schema the same id, however often and under whatever subject", async () => {
      const [one, other] = [subject(), subject()];
      const id = await registry.register(one, first());
      expect(await registry.register(one, first())).toBe(id);
      expect(await registry.register(other, first())).toBe(id);
      expect(await registry.lookup(one, first())).toBe(id);
    });

    test("finds a schema whatever its white space", async () => {
      const one = subject();
      const id = await registry.register(one, JSON.stringify(JSON.parse(first()), null, 2));
      expect(await registry.lookup(one, first())).toBe(id);
    });

    test("does not find under one subject what was registered under another", async () => {
      const one = subject();
      await registry.register(one, second());
      await registry.register(subject(), first());
      expect(await registry.lookup(one, first())).toBeUndefined();
    });

    test("tells a schema by its id, fit to read by", async () => {
      const id = await registry.register(subject(), first());
      const told = JSON.parse((await registry.schemaById(id)) ?? "null");
      expect(told).toMatchObject({ type: "record", fields: [{ name: "a", type: "string" }] });
      expect(told.name.split(".").at(-1)).toBe("Thing");
    });

    test("has no schema under an id that it never gave", async () => {
      expect(await registry.schemaById(2_000_000_000)).toBeUndefined();
    });

    test("keeps a level that is set before the subject exists, and after", async () => {
      const one = subject();
      await registry.setCompatibility(one, "FULL_TRANSITIVE");
      expect(await registry.compatibility(one)).toBe("FULL_TRANSITIVE");
      await registry.register(one, first());
      expect(await registry.compatibility(one)).toBe("FULL_TRANSITIVE");
    });

    test("takes what the level allows and refuses the rest", async () => {
      const one = subject();
      await registry.setCompatibility(one, "FULL_TRANSITIVE");
      const ids = [await registry.register(one, first()), await registry.register(one, second())];
      expect(new Set(ids).size).toBe(2);
      await expect(registry.register(one, unfit())).rejects.toMatchObject({
        code: "REGISTRY_INCOMPATIBLE",
        retryable: false,
      });
      expect(await registry.lookup(one, unfit())).toBeUndefined();
    });

    test("takes a new symbol in an enum that has a default", async () => {
      const one = subject();
      await registry.setCompatibility(one, "FULL_TRANSITIVE");
      const symbols = (...names: string[]): string =>
        schema([{ name: "e", type: { type: "enum", name: "E", symbols: ["UNKNOWN", ...names], default: "UNKNOWN" } }]);
      await registry.register(one, symbols("A"));
      await registry.register(one, symbols("A", "B"));
      expect(await registry.lookup(one, symbols("A", "B"))).toBeDefined();
    });

    test("takes anything where no level was set, and sets none by itself", async () => {
      const one = subject();
      await registry.register(one, first());
      await registry.register(one, unfit());
      expect(await registry.compatibility(one)).toBeUndefined();
    });

    test("refuses what is no Avro", async () => {
      await expect(registry.register(subject(), `{"type":"nonsense"}`)).rejects.toMatchObject({
        code: "REGISTRY_INCOMPATIBLE",
      });
    });
  });
}
