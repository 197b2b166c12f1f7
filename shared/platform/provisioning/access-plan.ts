import { topicContracts } from "#shared/contracts/topic-contract.ts";
import { deadLetterTopic, groupOf, readsInGroup, sendChannelOf, stages } from "#shared/contracts/topics.ts";
import { hops } from "#shared/domain/books/hops.ts";
import type { Acl } from "../kafka/access-admin.ts";

/** One principal of ours, and what it may do: exactly what its part of the product needs. */
export interface PrincipalAccess {
  /** The name that it brings: of a SCRAM user, or the common name of a certificate. */
  readonly name: string;
  /** What it is for, in a sentence. */
  readonly purpose: string;
  readonly acls: readonly Acl[];
}

/** Whose access is planned. */
export interface AccessPlanOptions {
  /** Put before every topic and group; its dots are dashes in the names of principals. */
  readonly prefix: string;
  /** The names of teams that write events. Default: `producer`. */
  readonly producers?: readonly string[];
  /** The names of teams that read what is published for them, in groups that begin with their name and a dot. Default: `data`. */
  readonly readers?: readonly string[];
}

type Grant = Pick<Acl, "resource" | "name" | "operation"> & { readonly pattern?: Acl["pattern"] };
type Contract = ReturnType<typeof topicContracts>[number];

/** Topics that each member of a stage reads for itself, whatever it does: they are the runtime's. */
const runtimeTopic = "comms.fuses";

/**
 * The principals of the product by the contracts of its topics: each stage by itself, the gateway, who operates it, and who
 * stands on either side. Kafka takes the right to read or to write for that to describe, so that nothing here says it twice.
 */
export function accessPlan(options: AccessPlanOptions): readonly PrincipalAccess[] {
  const { prefix, producers = ["producer"], readers = ["data"] } = options;
  const contracts = topicContracts();
  const principal = (name: string, purpose: string, grants: readonly Grant[]): PrincipalAccess => {
    const whole = `${prefix.replaceAll(".", "-")}comms-${name}`;
    return { name: whole, purpose, acls: grants.map((grant) => aclOf(grant, { principal: whole, prefix })) };
  };
  const written = (party: string) => topicsOf(contracts, "producers", party).map(write);
  const read = (party: string) => topicsOf(contracts, "consumers", party).map(readTopic);
  return [
    ...stages.map((stage) => principal(stage, `The stage ${stage}`, stageGrants(stage, contracts))),
    principal(
      "gateway",
      "The gateway, which also counts what the stages have not read",
      gatewayGrants("gateway", contracts),
    ),
    principal("admin", "The admin API, which carries changes to their topics and counts what waits", [
      ...gatewayGrants("admin", contracts),
      ...stages.map(deadLetterTopic).map(readTopic),
    ]),
    principal("operator", "Who runs the commands of comms: prepare, status, topic, fuse, rebuild", operatorGrants()),
    principal("identity", "The identity service", written("identity")),
    ...producers.map((name) => principal(name, "A team that produces events", written("product-teams"))),
    ...readers.map((name) =>
      principal(name, "A team that reads decisions and feedback", [...read("data-teams"), ownGroups(name)]),
    ),
  ];
}

function stageGrants(stage: string, contracts: readonly Contract[]): readonly Grant[] {
  return [
    { resource: "group", name: groupOf(stage), operation: "Read" },
    ...topicsOf(contracts, "consumers", stage).map(readTopic),
    ...topicsOf(contracts, "producers", stage).map(write),
    ...(stage === "materializer" ? sendTopics(contracts).map(describeTopic) : []),
    ...(stage === "projector" ? auditGrants() : []),
    write(deadLetterTopic(stage)),
    readTopic(runtimeTopic),
    write(runtimeTopic),
  ];
}

/** Who keeps the books compares what other groups have committed with what they wrote and set aside. */
function auditGrants(): readonly Grant[] {
  return hops.flatMap(({ stage }): readonly Grant[] => [
    ...(stage === "projector" ? [] : [describeGroup(stage)]),
    readTopic(deadLetterTopic(stage)),
  ]);
}

/**
 * The gateway, and the admin API, count what groups have not read whose processes may be dead: to describe topics and groups is enough for that.
 * Each reads only what its own callers write, for the age of what waits there, and commits nothing.
 */
function gatewayGrants(party: "gateway" | "admin", contracts: readonly Contract[]): readonly Grant[] {
  const written = topicsOf(contracts, "producers", party);
  const read = topicsOf(contracts, "consumers", party);
  const inputs = contracts.filter(({ topic, consumers }) =>
    stages.some((stage) => consumers.includes(stage) && readsInGroup(stage, topic)),
  );
  const described = inputs
    .map(({ topic }) => topic)
    .filter((topic) => !written.includes(topic) && !read.includes(topic));
  return [...written.map(write), ...read.map(readTopic), ...stages.map(describeGroup), ...described.map(describeTopic)];
}

/** Everything that is the product's, and no user or right: those are the administrator's, who runs `comms acl`. */
function operatorGrants(): readonly Grant[] {
  return [
    { resource: "topic", name: "comms.", pattern: "prefixed", operation: "All" },
    { resource: "group", name: "comms.", pattern: "prefixed", operation: "All" },
    { resource: "cluster", name: "kafka-cluster", operation: "DescribeConfigs" },
  ];
}

function ownGroups(name: string): Grant {
  return { resource: "group", name: `${name}.`, pattern: "prefixed", operation: "Read" };
}

/** Who restores the ledger looks whether anything was ever ordered from a sender: only then must it wait for calls under way. */
function sendTopics(contracts: readonly Contract[]): readonly string[] {
  return contracts.map(({ topic }) => topic).filter((topic) => sendChannelOf(topic) !== undefined);
}

function describeGroup(stage: string): Grant {
  return { resource: "group", name: groupOf(stage), operation: "Describe" };
}

function describeTopic(name: string): Grant {
  return { resource: "topic", name, operation: "Describe" };
}

function readTopic(name: string): Grant {
  return { resource: "topic", name, operation: "Read" };
}

function write(name: string): Grant {
  return { resource: "topic", name, operation: "Write" };
}

function topicsOf(contracts: readonly Contract[], side: "producers" | "consumers", party: string): readonly string[] {
  return contracts.filter((of) => of[side].some((one) => one === party)).map(({ topic }) => topic);
}

function aclOf(
  { resource, name, operation, pattern = "literal" }: Grant,
  { principal, prefix }: { readonly principal: string; readonly prefix: string },
): Acl {
  const whole = resource === "cluster" ? name : `${prefix}${name}`;
  return { principal: `User:${principal}`, resource, pattern, name: whole, operation };
}
