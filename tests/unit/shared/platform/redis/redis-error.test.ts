import { describe, expect, it } from "vitest";
import { redisError } from "#shared/platform/redis/redis-error.ts";

describe("redisError", () => {
  it.each([
    "Reached the max retries per request limit (which is 3). Refer to …",
    "Connection is closed.",
    "Command timed out",
    "Command aborted due to connection close",
    "LOADING Redis is loading the dataset in memory",
    "READONLY You can't write against a read only replica.",
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
    "NOREPLICAS Not enough good replicas to write.",
    "TRYAGAIN Multiple keys request during rehashing of slot",
    "OOM command not allowed when used memory > 'maxmemory'.",
  ])("reports %j as an outage", (message) => {
    expect(redisError(new Error(message))).toMatchObject({ code: "REDIS_UNAVAILABLE", retryable: true });
  });

  it.each([
    ["WRONGPASS invalid username-password pair or user is disabled.", "REDIS_AUTHENTICATION"],
    ["NOAUTH Authentication required.", "REDIS_AUTHENTICATION"],
    ["NOPERM User comms has no permissions to run the 'eval' command", "REDIS_REFUSED"],
  ])("says of %j what is to be put right, and that it may be tried again", (message, code) => {
    expect(redisError(new Error(message))).toMatchObject({ code, retryable: true, isLoggable: true });
  });

  it.each(["WRONGTYPE Operation against a key", "NOSCRIPT No matching script"])("passes %j as it is", (message) => {
    const error = new Error(message);
    expect(redisError(error)).toBe(error);
  });
});
