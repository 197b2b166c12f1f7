import { expect, test } from "vitest";
import { type AnswerTable, codeOfAnswer, rowOf } from "#shared/domain/delivery/answer.ts";

const table: AnswerTable = { Throttling: { act: "retry", description: "Rate exceeded", isOutage: true } };

test.each([
  ["a code of the table", "Throttling", { act: "retry", description: "Rate exceeded" }],
  ["a server error", "http_503", { act: "retry", isOutage: true }],
  ["refused credentials", "http_401", { act: "halt", alert: "P0" }],
  ["refused access", "http_403", { act: "halt", alert: "P0" }],
  ["an unknown code", "Strange", { act: "retry", tries: 3, alert: "P2" }],
  ["a name of every object", "constructor", { act: "retry", tries: 3, alert: "P2" }],
])("the row of %s", (_, code, row) => {
  expect(rowOf(table, code)).toMatchObject(row);
  if (!Object.hasOwn(table, code)) expect(rowOf(table, code).suppress).toBeUndefined();
});

test.each([
  ["its own code that the table has", "Throttling", 503, "Throttling"],
  ["the status of an outage", "Strange", 503, "http_503"],
  ["the status that any provider means alike", "Strange", 429, "http_429"],
  ["the status of a refusal that is ours to mend", "RequestExpired", 403, "http_403"],
  ["the status of a redirect, whatever name it comes with", "Unknown", 302, "http_302"],
  ["its own code otherwise", "Strange", 400, "Strange"],
  ["the status where it has none", undefined, 400, "http_400"],
])("an answer is classified by %s", (...[, own, status, code]) => {
  expect(codeOfAnswer(table, own, status)).toBe(code);
});
