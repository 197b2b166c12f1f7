import { describe, expect, it } from "vitest";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { postgresError } from "#shared/platform/postgres/postgres-error.ts";

const failed = (code: string, message = "failed") => Object.assign(new Error(message), { code });

describe("postgresError", () => {
  it.each(["08006", "40001", "40P01", "53300", "57P01", "57014", "58030", "55P03", "ECONNREFUSED", "EPIPE"])(
    "reports %s as an outage",
    (code) => expect(postgresError(failed(code))).toMatchObject({ code: "POSTGRES_UNAVAILABLE", retryable: true }),
  );

  it("reports a lost connection without a code as an outage", () => {
    expect(postgresError(new Error("Connection terminated unexpectedly"))).toBeInstanceOf(AppError);
  });

  it("reports a server that does not answer in time as an outage", () => {
    expect(postgresError(new Error("Query read timeout"))).toMatchObject({ code: "POSTGRES_UNAVAILABLE" });
  });

  it.each(["23505", "22021", "42601", "55000"])("passes %s as it is", (code) => {
    const error = failed(code);
    expect(postgresError(error)).toBe(error);
  });
});
