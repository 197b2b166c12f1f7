import { describe, expect, test } from "vitest";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import { readExample, topicContracts } from "#shared/contracts/topic-contract.ts";
import { unreadableFields } from "#shared/domain/message/unreadable-fields.ts";
import { hoursOf } from "#shared/domain/quiet-hours/hours.ts";

type PeopleTopic = "comms.profiles" | "comms.preferences";

const exampleOf = (topic: PeopleTopic): Record<string, unknown> => {
  const contract = topicContracts().find((one) => one.topic === topic);
  return JSON.parse(readExample(topic, contract?.examples[0] ?? "")) as Record<string, unknown>;
};

function record(topic: PeopleTopic, value: unknown) {
  const origin = { topic, partition: 0, offset: 0, key: null, value: null, headers: {}, timestamp: 0 };
  return { topic, value, origin } satisfies DecodedRecord<unknown>;
}

const profile = (fields: object) => record("comms.profiles", { ...exampleOf("comms.profiles"), ...fields });
const hours = (fields: object) => {
  const value = { tz: "Europe/Berlin", start_local: "22:00", end_local: "07:30", allow_categories: [], ...fields };
  return record("comms.preferences", { ...exampleOf("comms.preferences"), quiet_hours: value });
};

test.each(["comms.profiles", "comms.preferences"] as const)(
  "the example of %s and a tombstone can be read",
  (topic) => {
    expect(unreadableFields(record(topic, exampleOf(topic)))).toBeUndefined();
    expect(unreadableFields(record(topic, null))).toBeUndefined();
  },
);

describe("a profile", () => {
  test.each([
    ["tz", "Pacific Standard Time"],
    ["tz", "GMT+02:00"],
    ["tz", "UTC+2"],
    ["tz", "Berlin"],
    ["locale", "German (Germany)"],
    ["email", "theo@"],
    ["email", "theo at example.com"],
    ["phone", "call me"],
    ["phone", "0171 5550006"],
  ])("with %s %j names the field and not its value", (field, text) => {
    const issue = unreadableFields(profile({ [field]: text }));
    expect(issue).toMatch(new RegExp(`^The field '${field}' is not an? `));
    expect(issue?.replace("Europe/Berlin", "")).not.toContain(text);
  });

  test.each([
    ["tz", "america/los_angeles"],
    ["tz", "+05:30"],
    ["locale", "de_DE"],
    ["locale", "zh-Hant-TW"],
    ["email", "Ines@Example.com"],
    ["phone", "+1 (500) 555-0006"],
    ["tz", null],
    ["email", ""],
  ])("with %s %j can be read", (field, text) => {
    expect(unreadableFields(profile({ [field]: text }))).toBeUndefined();
  });

  test("names every field that is wrong", () => {
    const issue = unreadableFields(profile({ tz: "Berlin", phone: "none" }));
    expect(issue).toContain("'phone' is not a phone number in E.164");
    expect(issue).toContain("'tz' is not a time zone by its IANA name");
  });
});

describe("a preference", () => {
  test.each([
    ["tz", "Pacific Standard Time"],
    ["start_local", "9pm"],
    ["start_local", "24:00"],
    ["end_local", "8:00"],
  ])("with quiet hours whose %s is %j names the field and not its value", (field, text) => {
    const issue = unreadableFields(hours({ [field]: text }));
    expect(issue).toContain(`The field 'quiet_hours.${field}' is not a`);
    expect(issue).not.toContain(text);
  });

  test("without quiet hours, or with good ones, can be read", () => {
    expect(unreadableFields(hours({ start_local: "23:15:00" }))).toBeUndefined();
    expect(
      unreadableFields(record("comms.preferences", { ...exampleOf("comms.preferences"), quiet_hours: null })),
    ).toBe(undefined);
  });
});

test("quiet hours take as a zone just what is not named here", () => {
  for (const tz of ["Pacific Standard Time", "Berlin", "UTC+2", "Europe/Berlin", "+05:30", "etc/gmt-2"]) {
    const { value } = hours({ tz });
    const isRead = hoursOf(value as never, null).tz !== "UTC";
    expect([tz, unreadableFields(hours({ tz })) === undefined]).toEqual([tz, isRead]);
  }
});
