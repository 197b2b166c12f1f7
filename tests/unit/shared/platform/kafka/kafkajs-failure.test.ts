import { describe, expect, it } from "vitest";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { isFenced, isOutage, isRefused, toAppError } from "#shared/platform/kafka/kafkajs-failure.ts";

const failure = (fields: object) => Object.assign(new Error("x"), fields);

describe("what a client error means", () => {
  it.each([
    ["MESSAGE_TOO_LARGE", "KAFKA_RECORD_TOO_LARGE", false],
    ["UNKNOWN_TOPIC_OR_PARTITION", "KAFKA_UNKNOWN_TOPIC", false],
    ["TOPIC_AUTHORIZATION_FAILED", "KAFKA_REFUSED", true],
    ["GROUP_AUTHORIZATION_FAILED", "KAFKA_REFUSED", true],
    ["SASL_AUTHENTICATION_FAILED", "KAFKA_AUTHENTICATION", true],
    ["NOT_LEADER_FOR_PARTITION", "KAFKA_UNAVAILABLE", true],
  ])("%s is %s", (type, code, retryable) => {
    expect(toAppError("Sending", "t", failure({ type }))).toMatchObject({ code, retryable });
  });

  it("knows a failed authentication by its name, since kafkajs drops the broker's code", () => {
    const error = failure({ name: "KafkaJSSASLAuthenticationError", retriable: false });
    expect(toAppError("Sending", "t", error).code).toBe("KAFKA_AUTHENTICATION");
    expect([isRefused(error), isOutage(error)]).toEqual([true, false]);
  });

  it("finds an error of ours, of a file that cannot be read, under what kafkajs wraps round it", () => {
    const unreadable = new AppError("SECRET_UNREADABLE", "A file", { retryable: true });
    expect(toAppError("Sending", "t", failure({ cause: unreadable }))).toBe(unreadable);
  });

  it("finds the reason under what kafkajs wraps round it", () => {
    const wrapped = failure({ name: "KafkaJSNonRetriableError", cause: failure({ type: "MESSAGE_TOO_LARGE" }) });
    const several = failure({ errors: [failure({ type: "UNKNOWN_TOPIC_OR_PARTITION" })] });
    expect(toAppError("Sending", "t", wrapped).code).toBe("KAFKA_RECORD_TOO_LARGE");
    expect(toAppError("Sending", "t", several).code).toBe("KAFKA_UNKNOWN_TOPIC");
  });

  it("takes what it does not know for retryable: an error never means that nothing was written", () => {
    expect(toAppError("Sending", "t", new TypeError("?"))).toMatchObject({
      code: "KAFKA_UNAVAILABLE",
      retryable: true,
    });
  });

  it("knows a fenced member", () => {
    expect(
      ["ILLEGAL_GENERATION", "UNKNOWN_MEMBER_ID", "REBALANCE_IN_PROGRESS"].every((type) => isFenced(failure({ type }))),
    ).toBe(true);
    expect(isFenced(failure({ type: "NOT_COORDINATOR_FOR_GROUP" }))).toBe(false);
  });

  it("distinguishes an outage, which a new client may outlive, from an error that ends the process", () => {
    expect(isOutage(failure({ name: "KafkaJSLockTimeout", retriable: false }))).toBe(true);
    expect(
      isOutage(
        failure({ name: "KafkaJSNonRetriableError", cause: failure({ name: "KafkaJSGroupCoordinatorNotFound" }) }),
      ),
    ).toBe(true);
    expect(isOutage(failure({ retriable: true, type: "GROUP_AUTHORIZATION_FAILED" }))).toBe(false);
    expect(isOutage(new TypeError("?"))).toBe(false);
  });
});
