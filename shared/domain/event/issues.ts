/** The most issues of one event that anybody is told. */
export const issuesMax = 50;

/** The first issues, and how many there are beyond them. An event has thousands of issues as easily as one. */
export function boundIssues(issues: readonly string[]): readonly string[] {
  if (issues.length <= issuesMax) return issues;
  return [...issues.slice(0, issuesMax), `and ${issues.length - issuesMax} more`];
}
