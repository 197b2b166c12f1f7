import { describe, expect, test } from "vitest";
import {
  checkResult,
  readMaySkip,
  type SuiteResult,
  type SuiteRun,
  suiteResult,
  testMinutesMax,
  verdictOf,
} from "#tools/test-report.ts";

const file = "/checkout/tests/unit/a.test.ts";

/** A run with one file of tests in these states, or with the files that are given. */
function runWith(states: readonly string[], over: Partial<SuiteRun> = {}, fileStatus = "passed"): SuiteRun {
  const assertionResults = states.map((status, at) => ({ status, title: `test ${at}`, fullName: `suite test ${at}` }));
  const report = JSON.stringify({ testResults: [{ name: file, status: fileStatus, message: "", assertionResults }] });
  return { name: "unit", seconds: 1, status: 0, report, ...over };
}

const counts = ({ passed, failed, skipped }: SuiteResult) => ({ passed, failed, skipped });

describe("the counts of a suite", () => {
  test("are those of its tests", () => {
    const result = suiteResult(runWith(["passed", "passed", "failed"], { status: 1 }), []);
    expect(counts(result)).toEqual({ passed: 2, failed: 1, skipped: 0 });
    expect(result.problems).toEqual([]);
  });

  test.each(["skipped", "pending", "todo", "a state of a later version"])(
    "take a test that is %s as failed",
    (state) => {
      const result = suiteResult(runWith(["passed", state]), []);
      expect(counts(result)).toEqual({ passed: 1, failed: 1, skipped: 0 });
      expect(result.problems).toEqual([`${state}, and not in tests/may-skip.txt: ${file}: suite test 1`]);
    },
  );

  test.each(["test 1", "suite test 1", "tests/unit/a.test.ts", file])("excuse what may be skipped as %s", (named) => {
    const maySkip = [{ test: named, lacks: "docker", why: "it starts a container" }];
    expect(counts(suiteResult(runWith(["passed", "skipped"]), maySkip))).toEqual({ passed: 1, failed: 0, skipped: 1 });
  });

  test("excuse no other test, and no failure", () => {
    const maySkip = [{ test: "test 1", lacks: "docker", why: "it starts a container" }];
    expect(counts(suiteResult(runWith(["passed", "failed"], { status: 1 }), maySkip)).failed).toBe(1);
    expect(counts(suiteResult(runWith(["skipped", "passed"]), maySkip)).failed).toBe(1);
  });

  test("take a file that could not be loaded as failed", () => {
    const files = [
      { name: file, status: "failed", message: "Cannot find module\nat", assertionResults: [] },
      { name: "b", status: "passed", assertionResults: [{ status: "passed", title: "c", fullName: "c" }] },
    ];
    const result = suiteResult(runWith([], { status: 1, report: JSON.stringify({ testResults: files }) }), []);
    expect(counts(result)).toEqual({ passed: 1, failed: 1, skipped: 0 });
    expect(result.problems).toEqual([`could not be run: ${file}: Cannot find module`]);
  });

  test("take a file whose set-up failed as failed, beside the tests that it skipped", () => {
    expect(counts(suiteResult(runWith(["skipped"], { status: 1 }, "failed"), [])).failed).toBe(2);
  });

  test.each([
    ["left no report", { report: undefined, status: 1 }],
    ["was cut off in its report", { report: '{"testResults":', status: 1 }],
    ["saw no test", { report: '{"testResults":[]}', status: 0 }],
  ])("take a runner that %s as failed", (_, over) => {
    expect(counts(suiteResult(runWith([], over), []))).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  test("take a runner that failed where no test did as failed", () => {
    expect(counts(suiteResult(runWith(["passed"], { status: 1 }), []))).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });

  test.each([
    [0, { passed: 1, failed: 0, skipped: 0 }],
    [1, { passed: 0, failed: 1, skipped: 0 }],
  ])("of a check with exit code %i are its own", (status, expected) => {
    expect(counts(checkResult({ name: "checks", seconds: 1, status }))).toEqual(expected);
  });
});

describe("the verdict", () => {
  const suite = (over: Partial<SuiteResult> = {}): SuiteResult => ({
    name: "unit",
    seconds: 60,
    passed: 3,
    failed: 0,
    skipped: 1,
    problems: [],
    ...over,
  });

  test("closes with the counts of all suites, and gives the seconds of each", () => {
    const { lines, isPassed } = verdictOf([suite(), suite({ name: "contract", seconds: 12.34 })]);
    expect(isPassed).toBe(true);
    expect(lines.at(-1)).toBe("6 passed, 0 failed, 2 skipped");
    expect(lines[1]).toBe("contract        12.3 s  3 passed, 0 failed, 1 skipped");
  });

  test("is a failure where one suite fails, and names its problems", () => {
    const { lines, isPassed } = verdictOf([suite(), suite({ failed: 1, problems: ["could not be run: a"] })]);
    expect(isPassed).toBe(false);
    expect(lines).toContain("FAIL unit: could not be run: a");
    expect(lines.at(-1)).toBe("6 passed, 1 failed, 2 skipped");
  });

  test("is a failure where the whole takes more than its bound, and not at the bound", () => {
    const half = (testMinutesMax * 60) / 2;
    expect(verdictOf([suite({ seconds: half }), suite({ seconds: half })]).isPassed).toBe(true);
    const late = verdictOf([suite({ seconds: half }), suite({ seconds: half + 0.1 })]);
    expect(late.isPassed).toBe(false);
    expect(late.lines.at(-1)).toBe("6 passed, 1 failed, 2 skipped");
  });
});

describe("tests/may-skip.txt", () => {
  test("has a test, the tool that it lacks and why, a line each", () => {
    expect(readMaySkip("# a comment\n\na test · docker · it starts a container\n")).toEqual([
      { test: "a test", lacks: "docker", why: "it starts a container" },
    ]);
  });

  test.each(["a test", "a test · docker", "a test ·  · why", "a · b · c · d"])("cannot hold %s", (line) => {
    expect(() => readMaySkip(line)).toThrow("is not of the form");
  });
});
