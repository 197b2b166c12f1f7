import { describe, expect, test } from "vitest";
import { sesCodeOf, sesErrorCode } from "#shared/delivery/providers/ses/core/refusal.ts";

/** What `tests/contract/ses-wire.test.ts` cannot ask the SDK: answers that it does not read, and those that we read apart. */
describe("the code of an error of SES", () => {
  test.each([
    [
      "a body that is no JSON counts by its status, whatever its headers say",
      400,
      "BadRequestException",
      "<html>",
      "http_400",
    ],
    ["so does a list", 400, "BadRequestException", "[]", "http_400"],
    ["a name that is no text is none", 400, undefined, '{"__type":{"a":1}}', "http_400"],
    ["a name of nothing but a namespace is none", 400, undefined, '{"__type":"com.amazonaws.sesv2#"}', "http_400"],
    [
      "an identity that is not verified",
      400,
      "MessageRejected",
      '{"message":"Email address is not verified."}',
      "IdentityNotVerified",
    ],
    ["a message of another case", 400, "MessageRejected", '{"Message":"address NOT VERIFIED"}', "IdentityNotVerified"],
    ["content that is refused", 400, "MessageRejected", '{"message":"bad content"}', "MessageRejected"],
    ["a message that is no text", 400, "MessageRejected", '{"message":7}', "MessageRejected"],
  ])("%s", (...[, status, errorType, text, code]) => {
    expect(sesErrorCode({ status, errorType, text })).toBe(code);
  });

  test("an exception that refuses no access is a refusal of access by its status", () => {
    expect(sesCodeOf({ name: "BadRequestException", message: "", status: 403 })).toBe("http_403");
    expect(sesCodeOf({ name: undefined, message: "", status: 500 })).toBe("http_500");
  });
});
