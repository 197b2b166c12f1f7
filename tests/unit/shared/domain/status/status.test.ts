import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Status } from "#shared/contracts/records.ts";
import { isFinal, lattice, merge, statusName } from "#shared/domain/status/status.ts";

const statuses = Object.keys(lattice) as Status[];
const status = fc.constantFrom(...statuses);

function mergeAll(reports: readonly Status[]): Status {
  return reports.reduce(merge, "UNKNOWN");
}

describe("the status lattice [FBK-03]", () => {
  it("gives the same in any order of the reports, and however often each comes", () => {
    fc.assert(
      fc.property(fc.array(status, { maxLength: 8 }), fc.infiniteStream(fc.nat()), (reports, shuffle) => {
        const twice = [...reports, ...reports].map((report) => ({ report, at: shuffle.next().value as number }));
        const shuffled = twice.sort((a, b) => a.at - b.at).map(({ report }) => report);
        expect(mergeAll(shuffled)).toBe(mergeAll(reports));
      }),
    );
  });

  it("is commutative, associative and idempotent", () => {
    for (const a of statuses) {
      expect(merge(a, a)).toBe(a);
      for (const b of statuses) {
        expect(merge(a, b)).toBe(merge(b, a));
        for (const c of statuses) expect(merge(merge(a, b), c)).toBe(merge(a, merge(b, c)));
      }
    }
  });

  it("has no two statuses in one place", () => {
    expect(new Set(statuses.map((each) => lattice[each].rank)).size).toBe(statuses.length);
  });

  it("never reopens a message: no report leads out of the final states", () => {
    fc.assert(
      fc.property(status.filter(isFinal), fc.array(status), (ended, later) => {
        expect(isFinal(later.reduce(merge, ended))).toBe(true);
      }),
    );
  });

  it("lets nothing overwrite a complaint", () => {
    for (const later of statuses) expect(merge("COMPLAINED", later)).toBe("COMPLAINED");
  });

  it.each([
    ["DELIVERED", "COMPLAINED", "COMPLAINED"],
    ["DELIVERED", "SENT", "DELIVERED"],
    ["BOUNCED", "DELIVERED", "BOUNCED"],
    ["SCHEDULED", "QUEUED", "QUEUED"],
    ["DROPPED", "DELIVERED", "DELIVERED"],
    ["SENT", "SUPPRESSED", "SENT"],
    ["SENT", "FAILED", "FAILED"],
    ["UNKNOWN", "SCHEDULED", "SCHEDULED"],
  ] as const)("%s and %s make %s", (a, b, together) => {
    expect(merge(a, b)).toBe(together);
  });

  it("takes what the provider saw over what we decided", () => {
    for (const ours of ["DIGESTED", "CANCELLED", "EXPIRED", "DROPPED", "SUPPRESSED"] as const) {
      for (const seen of ["SENT", "DELIVERED", "BOUNCED", "COMPLAINED"] as const) expect(merge(ours, seen)).toBe(seen);
    }
  });

  it("writes statuses as the tables do", () => {
    expect(statusName("COMPLAINED")).toBe("complained");
  });

  it("is published as it is", () => {
    const page = readFileSync(new URL("../../../../../shared/domain/status/README.md", import.meta.url), "utf8");
    const rows = [...page.matchAll(/^\| (\d+) \| `(\w+)` \| (ended|on its way) \| (.*) \|$/gm)].map((match) =>
      match.slice(1),
    );
    const expected = statuses.map((each) => {
      const { rank, final, meaning } = lattice[each];
      return [String(rank), statusName(each), final ? "ended" : "on its way", meaning];
    });
    expect(rows).toEqual(expected);
  });
});
