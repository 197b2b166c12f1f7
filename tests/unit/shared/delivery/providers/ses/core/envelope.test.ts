import { describe, expect, test } from "vitest";
import { readEnvelope, signedText } from "#shared/delivery/providers/ses/core/envelope.ts";

const notification = {
  Type: "Notification",
  MessageId: "m-1",
  TopicArn: "arn:aws:sns:us-east-1:123456789012:events",
  Message: "line\nline",
  Timestamp: "2027-01-05T00:00:00.000Z",
  SignatureVersion: "2",
  Signature: "c2ln",
  SigningCertURL: "https://sns.us-east-1.amazonaws.com/a.pem",
};
const confirmation = { ...notification, Type: "SubscriptionConfirmation", Token: "t", SubscribeURL: "https://x" };
const attributes = Object.fromEntries(
  Array.from({ length: 10 }, (_, at) => [`a${at}`, { Type: "String", Value: "v" }]),
);
const read = (message: object) => readEnvelope(JSON.stringify(message));

describe("the envelope in a body", () => {
  test.each([
    ["a notification", notification],
    ["a notification with a subject", { ...notification, Subject: "S" }],
    ["a notification with all the attributes that SNS takes", { ...notification, MessageAttributes: attributes }],
    ["a message with as many brackets as it likes", { ...notification, Message: "[{,".repeat(1_000) }],
    ["a confirmation", confirmation],
    ["the end of a subscription", { ...confirmation, Type: "UnsubscribeConfirmation" }],
  ])("is %s", (_, message) => expect(read(message)).toEqual(message));

  test("leaves out a subject that is null", () => {
    expect(read({ ...notification, Subject: null })).toEqual(notification);
  });

  test.each([
    ["text that is no JSON", "{"],
    ["a list", "[]"],
    ["null", "null"],
    ["a type of an object's own", JSON.stringify({ ...notification, Type: "constructor" })],
    ["an empty field", JSON.stringify({ ...notification, Signature: "" })],
    ["a field that is no text", JSON.stringify({ ...notification, MessageId: 1 })],
    ["a subject that is no text", JSON.stringify({ ...notification, Subject: 1 })],
    ["a line break in a signed field", JSON.stringify({ ...notification, MessageId: "m\n1" })],
    ["a line break in the subject", JSON.stringify({ ...notification, Subject: "a\rb" })],
    ["a field longer than any of SNS's", JSON.stringify({ ...notification, SigningCertURL: "a".repeat(5_000) })],
    ["a confirmation without a token", JSON.stringify({ ...confirmation, Token: undefined })],
  ])("is none in %s", (_, body) => expect(readEnvelope(body)).toBeUndefined());
});

describe("the text that a signature covers", () => {
  const fields = (message: object) =>
    signedText(read(message) as NonNullable<ReturnType<typeof read>>)
      .split("\n")
      .filter((line) => line in confirmation || line === "Subject");

  test.each([
    ["a notification", notification, ["Message", "MessageId", "Timestamp", "TopicArn", "Type"]],
    [
      "one with a subject",
      { ...notification, Subject: "S" },
      ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
    ],
    [
      "a confirmation",
      confirmation,
      ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
    ],
  ])("of %s names its fields in byte order", (_, message, names) => expect(fields(message)).toEqual(names));

  test("has each name and value on lines of their own", () => {
    expect(signedText(read(notification) as NonNullable<ReturnType<typeof read>>)).toBe(
      "Message\nline\nline\nMessageId\nm-1\nTimestamp\n2027-01-05T00:00:00.000Z\nTopicArn\narn:aws:sns:us-east-1:123456789012:events\nType\nNotification\n",
    );
  });
});
