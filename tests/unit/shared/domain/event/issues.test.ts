import { expect, it } from "vitest";
import { boundIssues, issuesMax } from "#shared/domain/event/issues.ts";

it("tells fifty issues, and how many more there are", () => {
  const issues = Array.from({ length: 380_000 }, (_, at) => `issue ${at}`);
  expect(boundIssues(issues.slice(0, issuesMax))).toHaveLength(50);
  expect(boundIssues(issues)).toHaveLength(51);
  expect(boundIssues(issues).slice(49)).toEqual(["issue 49", "and 379950 more"]);
});
