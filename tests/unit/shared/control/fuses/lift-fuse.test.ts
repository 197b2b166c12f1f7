import { describe, expect, it } from "vitest";
import type { Fuse } from "#shared/contracts/records.ts";
import type { AuditEntry } from "#shared/control/audit/append-audit.ts";
import { liftFuse } from "#shared/control/fuses/lift-fuse.ts";
import { createMemoryFuses } from "#tests/fakes/memory-fuses.ts";

const blown: Fuse = { stage: "router", state: "BLOWN", cause: "20 in a row", changed_at: 5, changed_by: "host-1" };
const request = { stage: "router", actor: "nora", reason: "schema registered", now: 9 };

function bench(...fuses: readonly Fuse[]) {
  const store = createMemoryFuses();
  for (const fuse of fuses) store.fuses.set(fuse.stage, fuse);
  const entries: AuditEntry[] = [];
  return { ...store, entries, audit: async (entry: AuditEntry) => void entries.push(entry) };
}

describe("lifting a fuse", () => {
  it("writes who did it and why, in the audit and for the stage", async () => {
    const parts = bench(blown);
    expect(await liftFuse(request, parts)).toEqual(blown);
    expect(parts.entries).toMatchObject([
      { actor: "nora", action: "fuse.lift", target: { stage: "router" }, reason: "schema registered" },
    ]);
    expect(parts.fuses.get("router")).toMatchObject({ state: "LIFTED", changed_by: "nora", changed_at: 9 });
  });

  it("changes nothing where the fuse is whole, or was lifted before", async () => {
    for (const parts of [bench(), bench({ ...blown, state: "LIFTED" }), bench({ ...blown, stage: "renderer" })]) {
      expect(await liftFuse(request, parts)).toBeUndefined();
      expect(parts.entries).toEqual([]);
    }
  });

  it("does not happen where it cannot be audited", async () => {
    const parts = { ...bench(blown), audit: () => Promise.reject(new Error("no table")) };
    await expect(liftFuse(request, parts)).rejects.toThrow("no table");
    expect(parts.fuses.get("router")?.state).toBe("BLOWN");
  });
});
