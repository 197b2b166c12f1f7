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

  it.each([
    ["28P01", "POSTGRES_AUTHENTICATION"],
    ["28000", "POSTGRES_REFUSED"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "POSTGRES_CA_UNKNOWN"],
  ])("says of %s what is to be put right, and that it may be tried again", (code, ours) => {
    expect(postgresError(failed(code))).toMatchObject({ code: ours, retryable: true, isLoggable: true });
  });

  it("knows a server without TLS by the driver's words", () => {
    const error = new Error("The server does not support SSL connections");
    expect(postgresError(error)).toMatchObject({ code: "POSTGRES_TLS_MISMATCH", retryable: true });
  });

  it.each(["23505", "22021", "42601", "55000"])("passes %s as it is", (code) => {
    const error = failed(code);
    expect(postgresError(error)).toBe(error);
  });
});
