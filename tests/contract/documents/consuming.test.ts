import { describe, expect, test } from "vitest";
import { decidedStatus } from "#processors/projector/core/decided-status.ts";
import type { Decision, Status } from "#shared/contracts/records.ts";
import { reasons } from "#shared/domain/message/reason.ts";
import { lattice } from "#shared/domain/status/status.ts";
import { plain, readPage, rowsOf, sectionOf } from "./page.ts";

const section = sectionOf(readPage("docs/consuming.md"), "One rule");
const rows = rowsOf(section).map((cells) => cells.map(plain));
const verdicts = ["PASS", "BYPASS", "DEFER", "HOLD", "DIGEST"] as const;

/** The status that the page gives to a decision: by the row that names its verdict or its reason. */
function statusOnPage({ verdict, reason }: Pick<Decision, "verdict" | "reason">): string | undefined {
  const named = (word: string) => rows.find(([, , , from = ""]) => new RegExp(`\\b${word}\\b`).test(from))?.[1];
  if (verdict !== "DROP") return named(verdict);
  return named(reason ?? "") ?? named("DROP with any other reason");
}

describe("the rule by which readers merge", () => {
  test("has each status with its rank and whether it is final", () => {
    const wanted = Object.entries(lattice).map(([status, { rank, final }]) => [
      String(rank),
      status,
      final ? "yes" : "no",
    ]);
    expect(rows.map((cells) => cells.slice(0, 3))).toEqual(wanted);
  });

  test("gives each decision the status that the table has", () => {
    const decisions = [
      ...verdicts.map((verdict) => ({ verdict, reason: null })),
      ...Object.keys(reasons).map((reason) => ({ verdict: "DROP" as const, reason })),
    ];
    const differ = decisions.filter(
      (decision) => statusOnPage(decision) !== (decidedStatus(decision) satisfies Status),
    );
    expect(differ).toEqual([]);
  });
});
