import { describe, expect, test } from "vitest";
import type { Event } from "#shared/contracts/records.ts";
import { envelopeIssues } from "#shared/domain/event/envelope-issues.ts";
import { intakeLimits } from "#shared/domain/event/limits.ts";
import { anEvent, noon } from "#tests/support/policy/records.ts";

const issuesOf = (over: Partial<Event>) => envelopeIssues(anEvent(over), intakeLimits, noon);

describe("the fields around the payload: who and what [INT-02]", () => {
  const tenantIssue = "tenant_id is not 1 to 64 of the characters A-Z a-z 0-9 . _ -";
  const controlIssue = "has a control character or half a character in it";
  const { actors } = anEvent();

  test.each<[string, Partial<Event>, string]>([
    ["no tenant", { tenant_id: " " }, "tenant_id is empty"],
    ["a slash in the tenant", { tenant_id: "a/b" }, tenantIssue],
    ["a colon in the tenant", { tenant_id: "a:b" }, tenantIssue],
    ["a NUL in the tenant", { tenant_id: "t\0" }, tenantIssue],
    ["a line break behind the tenant", { tenant_id: "t\n" }, tenantIssue],
    ["a long tenant", { tenant_id: "a".repeat(65) }, tenantIssue],
    ["a NUL in the cause_ref", { cause_ref: "c\0" }, `cause_ref ${controlIssue}`],
    ["a line break in the event_id", { event_id: "e\nf" }, `event_id ${controlIssue}`],
    ["an escape in the correlation_id", { correlation_id: "\u001b[2J" }, `correlation_id ${controlIssue}`],
    ["half a character in the cause_ref", { cause_ref: "\ud800" }, `cause_ref ${controlIssue}`],
    ["a NUL in a person", { actors: [{ role: "buyer", user_id: "a\0b" }] }, `actors[0].user_id ${controlIssue}`],
    ["a NUL in a role", { actors: [{ role: "buyer\0", user_id: "a" }] }, `actors[0].role ${controlIssue}`],
    [
      "few characters and many bytes in a person",
      { actors: [{ role: "buyer", user_id: "漢".repeat(86) }] },
      "actors[0].user_id is longer than 256 bytes",
    ],
    ["no cause_ref", { cause_ref: "" }, "cause_ref is empty"],
    ["a long cause_ref", { cause_ref: "x".repeat(257) }, "cause_ref is longer than 256 bytes"],
    ["an empty event_id", { event_id: "" }, "event_id is empty"],
    ["an empty correlation_id", { correlation_id: "" }, "correlation_id is empty"],
    ["somebody without a name", { actors: [...actors, { role: "buyer", user_id: "" }] }, "actors[2].user_id is empty"],
    ["somebody without a role", { actors: [...actors, { role: "", user_id: "u" }] }, "actors[2].role is empty"],
    [
      "a crowd",
      { actors: Array.from({ length: 1_001 }, () => ({ role: "buyer", user_id: "u" })) },
      "actors has more than 1000 people",
    ],
  ])("given %s", (_, over, issue) => {
    expect(issuesOf(over)).toEqual([issue]);
  });

  test.each<[string, Partial<Event>]>([
    ["a tenant of 64 characters", { tenant_id: `Az09._-${"a".repeat(57)}` }],
    ["a cause_ref of 256 bytes", { cause_ref: "é".repeat(128) }],
    ["neither event_id nor correlation_id", { event_id: null, correlation_id: null }],
    ["1,000 people", { actors: Array.from({ length: 1_000 }, () => ({ role: "buyer", user_id: "u" })) }],
  ])("given %s, there is no issue", (_, over) => {
    expect(issuesOf(over)).toEqual([]);
  });
});

describe("the fields around the payload: times [INT-02]", () => {
  const dayMs = 86_400_000;
  const notMs = "is before the year 2000; it is in milliseconds";

  test.each<[string, Partial<Event>, readonly string[]]>([
    ["a time in seconds", { occurred_at: Math.floor(noon / 1_000) }, [`occurred_at ${notMs}`]],
    [
      "a time in microseconds",
      { occurred_at: noon * 1_000 },
      ["occurred_at is more than a day ahead; it is in milliseconds"],
    ],
    ["an end in seconds", { expires_at: Math.floor(noon / 1_000) }, [`expires_at ${notMs}`]],
    ["an end that no calendar has", { expires_at: Number.MIN_SAFE_INTEGER }, [`expires_at ${notMs}`]],
    [
      "a horizon beyond the store's",
      { expires_at: noon + 400 * dayMs + 1 },
      ["expires_at is more than 400 days ahead"],
    ],
    ["the longest horizon", { expires_at: noon + 400 * dayMs }, []],
    ["a time of its own in seconds", { send_at: Math.floor(noon / 1_000) }, [`send_at ${notMs}`]],
    ["a time of its own too far ahead", { send_at: noon + 400 * dayMs + 1 }, ["send_at is more than 400 days ahead"]],
    ["the longest wait", { send_at: noon + 400 * dayMs }, []],
    ["a time of its own that is over", { send_at: noon - dayMs }, []],
    ["a time before the end", { send_at: noon + 1, expires_at: noon + 2 }, []],
    [
      "a time at the very end",
      { send_at: noon + 2, expires_at: noon + 2 },
      ["send_at is not before expires_at, so nothing could be sent"],
    ],
    [
      "a time after the end, both over",
      { send_at: noon - 1, expires_at: noon - 2 },
      ["send_at is not before expires_at, so nothing could be sent"],
    ],
    ["a clock a day ahead", { occurred_at: noon + dayMs }, []],
  ])("given %s", (_, over, issues) => {
    expect(issuesOf(over)).toEqual(issues);
  });
});
