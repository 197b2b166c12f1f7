import { describe, expect, it, test } from "vitest";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import { readExample, topicContracts } from "#shared/contracts/topic-contract.ts";
import { type CompactedTopic, compactedTopics } from "#shared/contracts/topics.ts";
import { compactedIssue, keyIssue } from "#shared/domain/message/compacted-record.ts";

const exampleOf = (topic: CompactedTopic): Record<string, unknown> => {
  const contract = topicContracts().find((one) => one.topic === topic);
  return JSON.parse(readExample(topic, contract?.examples[0] ?? "")) as Record<string, unknown>;
};

/** The key as the contract's page writes it. The examples need no encoding. */
const keyByContract = (topic: CompactedTopic): string => {
  const contract = topicContracts().find((one) => one.topic === topic);
  const value = exampleOf(topic);
  return (contract?.key ?? "").replace(/\{(\w+)\}/g, (_, name: string) => String(value[name]));
};

const record = (
  topic: CompactedTopic,
  key: string | Buffer | null,
  { value = null, partition = 0 }: { readonly value?: unknown; readonly partition?: number } = {},
) =>
  ({
    topic,
    value,
    origin: {
      topic,
      partition,
      offset: 0,
      key: key === null ? null : Buffer.from(key),
      value: null,
      headers: {},
      timestamp: 0,
    },
  }) satisfies DecodedRecord<unknown>;

const anywhere = (partition: number) => () => [partition];

describe.each(compactedTopics)("a record of %s", (topic) => {
  it("may be applied under the key that its page names, and a tombstone under the same", () => {
    const key = keyByContract(topic);
    expect(compactedIssue(record(topic, key, { value: exampleOf(topic) }), anywhere(0))).toBeUndefined();
    expect(compactedIssue(record(topic, key), anywhere(0))).toBeUndefined();
  });

  it("may not under another's key, nor under none", () => {
    const value = exampleOf(topic);
    expect(keyIssue(topic, Buffer.from(`${keyByContract(topic)}x`), value)).toBe(
      "The record's key is not the one that its value names",
    );
    for (const key of [null, Buffer.alloc(0), Buffer.from([0xff])])
      expect(keyIssue(topic, key, value)).toBe(`The record's key does not name anything that ${topic} holds`);
  });

  it("may not lie in another partition than its key's, a tombstone neither", () => {
    const key = keyByContract(topic);
    for (const value of [exampleOf(topic), null]) {
      const issue = compactedIssue(record(topic, key, { value, partition: 3 }), anywhere(5));
      expect(issue).toContain("lies in partition 3 and its key belongs to 5");
      expect(issue).toContain("partitioner=murmur2_random");
      expect(issue).not.toContain(key);
    }
  });
});

test.each<[CompactedTopic, string]>([
  ["comms.profiles", "victim"],
  ["comms.profiles", "/victim"],
  ["comms.profiles", "default/"],
  ["comms.preferences", "victim"],
  ["comms.consents", "victim/PUSH"],
  ["comms.tokens", "default"],
  ["comms.tokens", "default/u/%2f"],
  ["comms.suppression", "default/EMAIL/v1:dev:00/STOP/RECIPIENT"],
])("a tombstone of %s with the key %j names nothing", (topic, key) => {
  expect(compactedIssue(record(topic, key), anywhere(0))).toContain("does not name anything");
});

describe("a flag", () => {
  const flag = (over: object) => ({ ...exampleOf("comms.flags"), tenant_id: null, expires_at: null, ...over });
  const issueOf = (key: string, value: unknown) => compactedIssue(record("comms.flags", key, { value }), anywhere(0));

  it("of one tenant lies under the tenant's key, and no other", () => {
    const value = flag({ tenant_id: "acme", name: "comms.pause.tenant" });
    expect(issueOf("acme/comms.pause.tenant", value)).toBeUndefined();
    expect(issueOf("acme/comms.pause.tenant", null)).toBeUndefined();
    for (const key of ["comms.pause.tenant", "other/comms.pause.tenant"])
      expect(issueOf(key, value)).toBe("The record's key is not the one that its value names");
    expect(issueOf("/comms.pause.tenant", null)).toContain("does not name anything");
  });

  it.each([
    ["comms.channel.email.enabled", "false"],
    ["comms.channels.email.enabled", "False"],
    ["comms.channels.email.enabled", '"false"'],
  ])("%s = %s is never ignored in silence", (name, value) => {
    expect(issueOf(name, flag({ name, value }))).toMatch(/flag/);
  });

  it("is not lifted by a name that is misspelt", () => {
    expect(issueOf("comms.pauses.tenant", null)).toContain("No flag has this name");
  });

  it("has an end that a calendar has", () => {
    expect(issueOf("comms.pause.tenant", flag({ name: "comms.pause.tenant", expires_at: 1e18 }))).toContain(
      "in no calendar",
    );
  });
});

test("a tenant with a slash does not pass for another's person", () => {
  const value = { ...exampleOf("comms.profiles"), tenant_id: "default/victim", user_id: "x" };
  expect(keyIssue("comms.profiles", Buffer.from("default/victim/x"), value)).toContain(
    "not the one that its value names",
  );
});

test("a place is one of several where a topic has grown", () => {
  const places = () => [9, 3];
  expect(compactedIssue(record("comms.profiles", "default/user-1", { partition: 3 }), places)).toBeUndefined();
});

test("other topics are not looked at", () => {
  const other = { ...record("comms.flags", null), topic: "comms.events" } as const;
  expect(compactedIssue(other, anywhere(9))).toBeUndefined();
});
