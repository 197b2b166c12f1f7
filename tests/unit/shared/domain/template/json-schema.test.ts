import { describe, expect, test } from "vitest";
import { compileSchemaCheck } from "#shared/domain/template/json-schema.ts";

const check = compileSchemaCheck("The payload", {
  type: "object",
  properties: {
    name: { type: "string" },
    size: { enum: ["s", "m"] },
    at: { type: "object", properties: { url: { type: "string", format: "uri" } }, additionalProperties: false },
  },
  required: ["name"],
});

describe("the issues of a value", () => {
  test.each<[string, object, string]>([
    ["a missing property", {}, "The payload lacks 'name'"],
    ["a wrong type", { name: 1 }, "The payload at /name must be string"],
    ["a value that is not listed", { name: "a", size: "canary" }, "The payload at /size is not an allowed value"],
    ["an unknown property", { name: "a", at: { canary: 1 } }, "The payload at /at has a property that is not known"],
    ["a wrong format", { name: "a", at: { url: "canary" } }, "The payload at /at/url is not an absolute URL"],
  ])("given %s", (_, value, description) => {
    const issues = check(value);
    expect(issues.map((issue) => issue.description)).toEqual([description]);
    expect(JSON.stringify(issues)).not.toContain("canary");
  });

  test("are all of them, with the missing properties by name", () => {
    expect(check({ size: "x" }).flatMap(({ missing }) => missing ?? [])).toEqual(["name"]);
    expect(check({ size: "x" })).toHaveLength(2);
  });

  test("are none where it fits", () => {
    expect(check({ name: "a", more: 1 })).toEqual([]);
  });
});
