/** What a run of the tests has shown: reads the runners' reports and gives the verdict. Pure. */

/** How long the whole may take, in minutes. A proof that takes longer is not run before a commit. */
export const testMinutesMax = 30;

/** One suite after its run. */
export interface SuiteRun {
  readonly name: string;
  readonly seconds: number;
  /** The runner's exit code. */
  readonly status: number;
  /** The text of vitest's JSON report. Undefined where the runner left none. */
  readonly report: string | undefined;
}

/** A test, or the tests of a file, that may be skipped. A line of `tests/may-skip.txt`. */
export interface MaySkip {
  /** The test's title or full title, or its file from the root. */
  readonly test: string;
  readonly lacks: string;
  readonly why: string;
}

/** The counts of one suite. */
export interface SuiteResult {
  readonly name: string;
  readonly seconds: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What failed beside failed tests, which the runner has printed: one line each. */
  readonly problems: readonly string[];
}

/** The end of the whole run: lines to print, the counts last. */
export interface TestVerdict {
  readonly lines: readonly string[];
  readonly isPassed: boolean;
}

interface TestFile {
  readonly name: string;
  readonly status: string;
  readonly message?: string;
  readonly assertionResults: readonly { readonly title: string; readonly fullName: string; readonly status: string }[];
}

/** Reads `tests/may-skip.txt`: `test · the tool that it lacks · why`, a line each. Throws at a line of another form. */
export function readMaySkip(text: string): readonly MaySkip[] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "" && !line.startsWith("#")).map(readLine);
}

function readLine(line: string): MaySkip {
  const [test = "", lacks = "", why = "", ...more] = line.split(" · ").map((part) => part.trim());
  if (test === "" || lacks === "" || why === "" || more.length > 0) {
    throw new Error(`tests/may-skip.txt: "${line}" is not of the form "test · the tool that it lacks · why"`);
  }
  return { test, lacks, why };
}

/**
 * Counts a suite. A test that is skipped or pending and may not be skipped counts as failed; so does a file that could
 * not be loaded, and a runner that failed without a failed test.
 */
export function suiteResult(run: SuiteRun, maySkip: readonly MaySkip[]): SuiteResult {
  const files = filesIn(run.report);
  const tests = files.flatMap((file) =>
    file.assertionResults.map((test) => ({ ...test, file: file.name, isExcused: isExcused(maySkip, file, test) })),
  );
  const ignored = tests.filter(({ status }) => status !== "passed" && status !== "failed");
  const unexcused = ignored.filter((test) => !test.isExcused);
  const broken = files.filter((file) => file.status === "failed" && !file.assertionResults.some(isFailed));
  const problems = [
    ...unexcused.map(({ file, fullName, status }) => `${status}, and not in tests/may-skip.txt: ${file}: ${fullName}`),
    ...broken.map(({ name, message }) => `could not be run: ${name}${message ? `: ${message.split("\n")[0]}` : ""}`),
  ];
  const failed = tests.filter(isFailed).length + problems.length;
  const crash = crashOf(run, { tests: tests.length, failed });
  return {
    name: run.name,
    seconds: run.seconds,
    passed: tests.filter(({ status }) => status === "passed").length,
    failed: failed + crash.length,
    skipped: ignored.length - unexcused.length,
    problems: [...problems, ...crash],
  };
}

/** A check without a report of its own: its exit code is all that it says. */
export function checkResult({ name, seconds, status }: Omit<SuiteRun, "report">): SuiteResult {
  const isPassed = status === 0;
  return { name, seconds, passed: Number(isPassed), failed: Number(!isPassed), skipped: 0, problems: [] };
}

/** Adds the suites up. Fails also where they took too long together. The last line is the counts, and nothing else. */
export function verdictOf(results: readonly SuiteResult[]): TestVerdict {
  const seconds = sum(results, "seconds");
  const isLate = seconds > testMinutesMax * 60;
  const [passed, failed] = [sum(results, "passed"), sum(results, "failed") + Number(isLate)];
  return {
    isPassed: failed === 0,
    lines: [
      ...results.map(lineOf),
      `${"all".padEnd(12)}${seconds.toFixed(1).padStart(8)} s`,
      ...results.flatMap(({ name, problems }) => problems.map((problem) => `FAIL ${name}: ${problem}`)),
      ...(isLate ? [`FAIL the whole took ${(seconds / 60).toFixed(1)} minutes; it may take ${testMinutesMax}`] : []),
      `${passed} passed, ${failed} failed, ${sum(results, "skipped")} skipped`,
    ],
  };
}

function lineOf({ name, seconds, passed, failed, skipped }: SuiteResult): string {
  return `${name.padEnd(12)}${seconds.toFixed(1).padStart(8)} s  ${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function sum(results: readonly SuiteResult[], count: "seconds" | "passed" | "failed" | "skipped"): number {
  return results.reduce((total, result) => total + result[count], 0);
}

function filesIn(report: string | undefined): readonly TestFile[] {
  try {
    return (JSON.parse(report ?? "") as { readonly testResults: readonly TestFile[] }).testResults;
  } catch {
    return [];
  }
}

function isFailed({ status }: { readonly status: string }): boolean {
  return status === "failed";
}

function isExcused(
  maySkip: readonly MaySkip[],
  { name }: Pick<TestFile, "name">,
  { title, fullName }: TestFile["assertionResults"][number],
): boolean {
  return maySkip.some(({ test }) => test === title || test === fullName || name === test || name.endsWith(`/${test}`));
}

/** A runner that died, or that saw no test, fails even where no test did. */
function crashOf(run: SuiteRun, seen: { readonly tests: number; readonly failed: number }): readonly string[] {
  if (seen.failed > 0) return [];
  if (seen.tests === 0) return [`ran no test, exit code ${run.status}`];
  return run.status === 0 ? [] : [`every test passed, and the runner failed with exit code ${run.status}`];
}
