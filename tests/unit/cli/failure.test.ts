import { describe, expect, it } from "vitest";
import { exit } from "#cli/command.ts";
import { failureOf } from "#cli/failure.ts";
import { ConfigError } from "#shared/platform/config/environment.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";

const fail = (error: unknown) => failureOf(error, "why --user U");

describe("a command that threw", () => {
  it("says what the error says, and nothing else", () => {
    const error = new AppError("SCHEMA_NOT_REGISTERED", "Run make up", { retryable: false });
    expect(fail(error)).toEqual({ text: "Run make up\n", code: exit.precondition });
  });

  it("tells the faults of the configuration, and ends with 78", () => {
    expect(fail(new ConfigError("COMMS_LOG_LEVEL: is none"))).toEqual({ text: "COMMS_LOG_LEVEL: is none\n", code: 78 });
  });

  it("shows the usage where the words do not fit", () => {
    const error = Object.assign(new Error("Unknown option '--x'"), { code: "ERR_PARSE_ARGS_UNKNOWN_OPTION" });
    expect(fail(error)).toEqual({ text: "Unknown option '--x'\nUsage: comms why --user U\n", code: exit.usage });
  });

  it.each([
    ["with a code", Object.assign(new Error("canary"), { code: "22P02", detail: "canary" }), /^Error 22P02\n {4}at /],
    ["without one", new Error("canary"), /^Error\n {4}at /],
  ])("repeats nothing that a driver says, %s", (_, error, head) => {
    const { text, code } = fail(error);
    expect(text).toMatch(head);
    expect(text).not.toContain("canary");
    expect(code).toBe(exit.failed);
  });
});
