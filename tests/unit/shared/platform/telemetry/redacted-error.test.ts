import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { errorText, redactedError } from "#shared/platform/telemetry/redacted-error.ts";
import { createTelemetry } from "#shared/platform/telemetry/telemetry.ts";

/** As Postgres refuses a row: the row itself stands in `detail`, and the value in the message. */
function refusedRow(): Error {
  return Object.assign(new Error('invalid input syntax: "canary-message"\n    at canary-line (x:1:1)'), {
    name: "DatabaseError",
    code: "23514",
    detail: "Failing row contains (canary-detail, canary@example.com)",
    where: "canary-where",
  });
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "carillon-told-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function logged(name: string, write: (log: ReturnType<typeof createTelemetry>["log"]) => void) {
  const file = join(folder, name);
  const telemetry = createTelemetry({ level: "info", file, version: "test" });
  write(telemetry.log);
  telemetry.flush();
  return readFile(file, "utf8");
}

describe("an error in the log [HLT-06]", () => {
  it("is its type, its code and its frames, and nothing that it says", async () => {
    const text = await logged("err", (log) =>
      log.fatal({ stage: "router", err: refusedRow() }, "the stage has crashed"),
    );
    expect(text).not.toContain("canary");
    const { err, msg } = JSON.parse(text);
    expect(msg).toBe("the stage has crashed");
    expect(err).toEqual({ type: "DatabaseError", code: "23514", stack: expect.stringContaining("refusedRow") });
  });

  it.each([
    ["as the line itself", (error: Error) => error],
    ["without a sentence beside it", (error: Error) => ({ err: error })],
  ])("lends the line no message where it stands %s", async (name, line) => {
    const text = await logged(name, (log) => log.error(line(refusedRow())));
    expect(text).not.toContain("canary");
    expect(JSON.parse(text)).toMatchObject({ msg: "DatabaseError", err: { code: "23514" } });
  });

  it("keeps the message of an AppError, and of the cause beneath it only what may be logged", () => {
    const outage = new AppError("POSTGRES_UNAVAILABLE", "Postgres does not answer", {
      retryable: true,
      cause: refusedRow(),
    });
    expect(redactedError(outage)).toEqual({
      type: "AppError",
      code: "POSTGRES_UNAVAILABLE",
      message: "Postgres does not answer",
      stack: expect.stringMatching(/^ {4}at /),
      cause: { type: "DatabaseError", code: "23514", stack: expect.any(String) },
    });
    expect(JSON.stringify(redactedError(outage))).not.toContain("canary");
  });

  it("has no end where causes go round", () => {
    const error: Error = new Error("canary");
    error.cause = error;
    expect(JSON.stringify(redactedError(error)).length).toBeLessThan(20_000);
  });

  it.each([["canary"], [{ message: "canary", stack: "canary" }], [undefined]])(
    "is no more than its kind where %j was thrown",
    (thrown) => expect(redactedError(thrown)).toEqual({ type: typeof thrown, stack: "" }),
  );
});

describe("a crash on stderr", () => {
  it("has type, code and frames", () => {
    const text = errorText(refusedRow());
    expect(text).not.toContain("canary");
    expect(text).toMatch(/^DatabaseError 23514\n {4}at refusedRow/);
  });

  it("has the message of an AppError first", () => {
    expect(errorText(new AppError("KAFKA_REFUSED", "Grant it the right", { retryable: false }))).toMatch(
      /^AppError KAFKA_REFUSED: Grant it the right\n {4}at /,
    );
  });

  it("says what was beneath", () => {
    const text = errorText(new Error("canary", { cause: refusedRow() }));
    expect(text).toMatch(/^Error\n {4}at [^]*\ncaused by DatabaseError 23514\n {4}at /);
    expect(text).not.toContain("canary");
  });
});
