import { describe, expect, it } from "vitest";
import { topicContracts } from "#shared/contracts/topic-contract.ts";
import { stages, type TopicName } from "#shared/contracts/topics.ts";
import { accessPlan } from "#shared/platform/provisioning/access-plan.ts";
import { byCertificate, compareAccess } from "#shared/platform/provisioning/apply-access.ts";
import { strimziUsers } from "#shared/platform/provisioning/strimzi-users.ts";
import { allGroupTopics } from "#shared/runtime/lag/group-lag.ts";

const plan = accessPlan({ prefix: "" });
const rightsOf = (name: string) =>
  plan
    .filter((of) => of.name === name)
    .flatMap(({ acls }) => acls)
    .map((acl) => `${acl.operation} ${acl.resource} ${acl.name}${acl.pattern === "prefixed" ? "*" : ""}`);

describe("the rights of each principal", () => {
  it("are those of a stage: its inputs, its group, its outputs, its dead letters, and the fuses", () => {
    expect(rightsOf("comms-intake").toSorted()).toEqual([
      "Read group comms.intake",
      "Read topic comms.events",
      "Read topic comms.events.bulk",
      "Read topic comms.fuses",
      "Write topic comms.accepted",
      "Write topic comms.accepted.bulk",
      "Write topic comms.fuses",
      "Write topic comms.intake.dlq",
      "Write topic comms.rejected",
    ]);
  });

  it("are writing on comms.events alone for a team that produces, reading for one that reads", () => {
    expect(rightsOf("comms-producer")).toEqual(["Write topic comms.events", "Write topic comms.events.bulk"]);
    expect(rightsOf("comms-data")).toEqual([
      "Read topic comms.decisions",
      "Read topic comms.feedback",
      "Read group data.*",
    ]);
  });

  it("follow the contracts, party by party", () => {
    let compared = 0;
    for (const stage of stages) {
      const rights = rightsOf(`comms-${stage}`);
      for (const { topic, producers, consumers } of topicContracts()) {
        if (topic === "comms.fuses") continue;
        const [writes, reads] = [producers.some((one) => one === stage), consumers.some((one) => one === stage)];
        expect([topic, rights.includes(`Write topic ${topic}`)]).toEqual([topic, writes]);
        expect([topic, rights.includes(`Read topic ${topic}`)]).toEqual([topic, reads]);
        compared += Number(writes) + Number(reads);
      }
    }
    expect(compared).toBeGreaterThan(80);
  });

  it("hold each right once, and nobody but the operator has one over a whole prefix of topics, or over the cluster", () => {
    const all = plan.flatMap(({ acls }) => acls);
    expect(new Set(all.map((acl) => JSON.stringify(acl))).size).toBe(all.length);
    const wide = all.filter(
      ({ resource, pattern }) => resource === "cluster" || (pattern === "prefixed" && resource === "topic"),
    );
    expect(new Set(wide.map(({ principal }) => principal))).toEqual(new Set(["User:comms-operator"]));
  });

  it("carry the prefix, in topics, groups and the names of principals", () => {
    const staged = accessPlan({ prefix: "staging.", producers: ["booking"], readers: [] });
    const booking = staged.find(({ name }) => name === "staging-comms-booking");
    expect(booking?.acls.map(({ name }) => name)).toEqual(["staging.comms.events", "staging.comms.events.bulk"]);
    expect(staged.some(({ name }) => name.endsWith("-data"))).toBe(false);
    const cluster = staged.flatMap(({ acls }) => acls).filter(({ resource }) => resource === "cluster");
    expect(cluster.map(({ name }) => name)).toEqual(["kafka-cluster"]);
  });

  it("are those of certificates where principals are known by them", () => {
    const [first] = byCertificate(plan);
    expect(first?.acls[0]?.principal).toBe("User:CN=comms-intake");
  });
});

describe("the rights of who keeps the books", () => {
  it("let it describe the groups that it compares, and read what they set aside, and no others", () => {
    const rights = rightsOf("comms-projector");
    const audited = [
      "intake",
      "router",
      "renderer",
      "email-sender",
      "push-sender",
      "sms-sender",
      "inapp-sender",
      "scheduler",
      "digest",
    ];
    expect(rights.filter((right) => right.startsWith("Describe group")).toSorted()).toEqual(
      audited.map((stage) => `Describe group comms.${stage}`).toSorted(),
    );
    expect(rights.filter((right) => /^Read topic .*\.dlq$/.test(right)).toSorted()).toEqual(
      [...audited, "projector"].map((stage) => `Read topic comms.${stage}.dlq`).toSorted(),
    );
  });
});

describe("the rights of the gateway", () => {
  it("let it read what its callers write and nothing else, and describe what it counts", () => {
    const of = (operation: string) =>
      rightsOf("comms-gateway")
        .filter((right) => right.startsWith(`${operation} topic `))
        .map((right) => right.slice(operation.length + 7));
    expect(of("Read")).toEqual(["comms.events", "comms.events.bulk"]);
    const counted = new Set(allGroupTopics().flatMap(({ topics }) => topics));
    expect(counted.size).toBeGreaterThan(25);
    const seen = [...of("Read"), ...of("Write"), ...of("Describe")];
    expect([...counted].filter((topic) => !seen.includes(topic))).toEqual([]);
    const surplus = of("Describe").filter((topic) => !counted.has(topic as TopicName) || of("Write").includes(topic));
    expect(surplus).toEqual([]);
  });

  it("never let it commit for a stage", () => {
    const groups = rightsOf("comms-gateway").filter((right) => right.includes(" group "));
    expect(groups).toHaveLength(stages.length);
    expect(groups.every((right) => right.startsWith("Describe "))).toBe(true);
  });
});

describe("a plan and what Kafka grants", () => {
  const wanted = plan.flatMap(({ acls }) => acls);
  const [first, ...others] = wanted;
  const extra = { ...first, operation: "Write" } as (typeof wanted)[number];

  it("differ in what is missing and in what is surplus", async () => {
    const admin = { acls: async () => [...others, extra] };
    expect(await compareAccess(admin, plan)).toEqual({ missing: [first], surplus: [extra] });
    expect(await compareAccess({ acls: async () => wanted }, plan)).toEqual({ missing: [], surplus: [] });
  });
});

describe("a plan for Strimzi", () => {
  it("is a KafkaUser a principal, with a prefix in Strimzi's word and no name for the cluster", () => {
    const text = strimziUsers(plan, { cluster: "main", authentication: "scram-sha-512" });
    const users = text.split("---\n").slice(1);
    expect(users).toHaveLength(plan.length);
    const operator = users.find((user) => user.includes("name: comms-operator"));
    expect(operator).toContain("strimzi.io/cluster: main");
    expect(operator).toContain("patternType: prefix\n");
    expect(operator).toContain(
      "- resource:\n          type: cluster\n        operations:\n          - DescribeConfigs",
    );
  });
});
