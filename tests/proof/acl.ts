/**
 * Each right of each principal, withdrawn alone on a stack with ACLs while every stage runs as its own principal: the run must
 * fail for that reason, and go on by itself once the right is granted again. So none is surplus.
 */
import { performance } from "node:perf_hooks";
import type { TopicName } from "#shared/contracts/topics.ts";
import { stages } from "#shared/contracts/topics.ts";
import { environmentWith, readConfig } from "#shared/platform/config/environment.ts";
import { brokerSettings } from "#shared/platform/config/kafka-settings.ts";
import type { AppError } from "#shared/platform/errors/app-error.ts";
import type { Acl } from "#shared/platform/kafka/access-admin.ts";
import { kafkaConnection } from "#shared/platform/kafka/kafka-security.ts";
import { createTopicAdmin } from "#shared/platform/kafka/topic-admin.ts";
import { accessPlan } from "#shared/platform/provisioning/access-plan.ts";
import { compareAccess } from "#shared/platform/provisioning/apply-access.ts";
import { createFuseTopic } from "#shared/runtime/fuses/fuse-store.ts";
import { countLag, type GroupTopics, gatewayWatchedGroups, measureLag } from "#shared/runtime/lag/group-lag.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import { type Member, type SecureStack, startSecureStack } from "#tests/support/secure-stack.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { everything } from "#tests/support/world.ts";
import { writeFigures } from "./proof-page.ts";

/** What happened without one right. */
interface Trial {
  readonly acl: Acl;
  /** How the lack showed; undefined where nothing failed: the right is surplus. */
  readonly seen: string | undefined;
  /** Whether the same went well again once the right was back. */
  readonly healed: boolean;
}

/** Who holds a right: a member of the crew that runs, or a client that does one thing at a time. */
interface Holder {
  readonly platform: ProcessContext;
  readonly member: Member | undefined;
}

const waitMs = 60_000;

export async function proveAcl(): Promise<boolean> {
  const stack = await startSecureStack();
  const crew = new Map<string, Member>();
  try {
    for (const name of everything) crew.set(`comms-${name}`, await stack.start(name));
    await eventually(() => [...crew.values()].every(({ service }) => service.state().ready), "the crew", 180_000);
    // Of an empty topic nothing is fetched, and then the right to read it is asked of nobody.
    await writeTo(stack.platform, "comms.fuses");
    const plan = accessPlan({ prefix: "" }).filter(({ name }) => name !== "comms-operator");
    const begun = performance.now();
    // Side by side: a right concerns its own principal alone.
    const trials = await Promise.all(
      plan.map(async ({ name, acls }) => {
        const platform = crew.get(name)?.platform ?? stack.client(name);
        return inTurn(acls, (acl) => tryWithout(stack, acl, attemptOf(acl, { platform, member: crew.get(name) })));
      }),
    );
    const operator = await operatorTrials(stack);
    const left = await compareAccess(stack.access, plan);
    return report([...trials.flat(), ...operator], { crew, left: left.missing.length + left.surplus.length, begun });
  } finally {
    await Promise.all([...crew.values()].map((member) => member.stop()));
    await stack.remove();
  }
}

async function inTurn<In, Out>(items: readonly In[], work: (item: In) => Promise<Out>): Promise<readonly Out[]> {
  const results: Out[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

/** Withdraws one right, sees what fails, grants it again, sees that it is mended. */
async function tryWithout(stack: SecureStack, acl: Acl, attempt: Attempt): Promise<Trial> {
  await stack.access.withdraw([acl]);
  const seen = await eventually(attempt.fails, `${acl.principal} to lack ${acl.operation} ${acl.name}`, waitMs).catch(
    () => undefined,
  );
  await stack.access.grant([acl]);
  const healed = await eventually(attempt.works, `${acl.principal} to go on`, waitMs).catch(() => false);
  const line = `${acl.principal} ${acl.operation} ${acl.resource} ${acl.name}: ${seen ?? "NOTHING FAILED"}`;
  process.stderr.write(`${line}${healed ? "" : ", NOT MENDED"}\n`);
  return { acl, seen, healed };
}

interface Attempt {
  /** How it failed for want of a right; undefined while it does not. */
  readonly fails: () => Promise<string | undefined>;
  readonly works: () => Promise<boolean>;
}

/** What the principal does with a right: the running stage itself where it reads, its own clients otherwise. */
function attemptOf({ operation, resource, name }: Acl, { platform, member }: Holder): Attempt {
  if (operation === "Write") return calls(() => writeTo(platform, name as TopicName), name);
  if (member === undefined)
    return calls(resource === "group" ? () => joins(platform, name) : () => read(platform, name), name);
  if (name === "comms.fuses") return calls(() => fusesOf(platform).read(), name);
  if (name === "comms.templates") return calls(() => platform.templates().refresh(), name);
  if (member.service.name === "gateway") return calls(() => lagOf(platform, { resource, name }), name);
  if (operation === "Describe") return calls(() => platform.log().offsets([name]), name);
  return {
    fails: async () => {
      const { why } = member.service.state();
      return why?.includes("KAFKA_REFUSED") && why.includes(name)
        ? "the running stage leaves its group and says so"
        : undefined;
    },
    works: async () => member.service.state().ready,
  };
}

/** A call that is made again and again; the refusal must name what it is about. */
function calls(work: () => Promise<unknown>, name: string): Attempt {
  const outcome = async (): Promise<AppError | undefined> =>
    work().then(
      () => undefined,
      (error: AppError) => error,
    );
  return {
    fails: async () => {
      const error = await outcome();
      return error?.code === "KAFKA_REFUSED" && error.message.includes(name) ? "its own call is refused" : undefined;
    },
    works: async () => (await outcome()) === undefined,
  };
}

/** As the stage's outbox does. The value is no record: whoever reads it sets it aside, as anybody's garbage. */
async function writeTo(platform: ProcessContext, topic: TopicName): Promise<void> {
  const producer = await platform.log().producer();
  try {
    await producer.send([{ topic, key: "proof", value: null }]);
  } finally {
    await producer.close(500);
  }
}

async function read(platform: ProcessContext, topic: string): Promise<void> {
  for await (const records of platform.log().readToEnd([topic])) if (records.length > 1_000_000) return;
}

async function joins(platform: ProcessContext, prefix: string): Promise<void> {
  const consumer = await platform.log().consumer({ groupId: `${prefix}proof`, topics: ["comms.decisions"] });
  const heard = Promise.withResolvers<void>();
  await consumer.start({
    assigned: () => heard.resolve(),
    revoking: () => {},
    records: () => {},
    refused: (error) => heard.reject(error),
    crashed: (error) => heard.reject(error),
  });
  try {
    await heard.promise;
  } finally {
    await consumer.close(500);
  }
}

function fusesOf(platform: ProcessContext) {
  return createFuseTopic({ log: platform.log(), codec: platform.codec(), prefix: platform.prefix });
}

/** As the gateway measures the lag of groups that it does not host. */
async function lagOf(platform: ProcessContext, { resource, name }: Pick<Acl, "resource" | "name">): Promise<void> {
  const { groups, countedGroups } = gatewayWatchedGroups(["gateway"]);
  const concerns = ({ group, topics }: GroupTopics) =>
    resource === "group" ? group === name : topics.some((topic) => topic === name);
  const meter = { log: platform.log(), prefix: platform.prefix };
  for (const group of groups.filter(concerns)) await measureLag(group, meter);
  for (const group of countedGroups.filter(concerns)) await countLag(group, meter);
  // An empty topic has no oldest record to read: what the measurement would do where there is one.
  const isAged = groups.some(({ topics }) => topics.some((topic) => topic === name));
  if (isAged) await meter.log.timestamps([{ topic: name, partition: 0, offset: 0 }]);
}

/** The operator's three rights, by calls that its commands make. */
async function operatorTrials(stack: SecureStack): Promise<readonly Trial[]> {
  const platform = stack.client("comms-operator");
  const config = readConfig(brokerSettings, environmentWith(stack.as("comms-operator")));
  const admin = createTopicAdmin(kafkaConnection(config, "operator"));
  const rights = accessPlan({ prefix: "" }).find(({ name }) => name === "comms-operator")?.acls ?? [];
  const attempts: Readonly<Record<string, Attempt>> = {
    topic: calls(() => writeTo(platform, "comms.flags"), "comms.flags"),
    group: calls(() => platform.log().committed("comms.intake", ["comms.events"]), "comms.intake"),
    cluster: calls(() => admin.makesTopics(), "settings"),
  };
  try {
    return await inTurn(rights, (acl) => tryWithout(stack, acl, attempts[acl.resource] as Attempt));
  } finally {
    await admin.close();
  }
}

interface Ending {
  readonly crew: ReadonlyMap<string, Member>;
  readonly left: number;
  readonly begun: number;
}

function report(trials: readonly Trial[], { crew, left, begun }: Ending): boolean {
  const crashed = [...crew.values()].filter((member) => member.crash() !== undefined).length;
  const surplus = trials.filter(({ seen }) => seen === undefined).length;
  const stuck = trials.filter(({ healed }) => !healed).length;
  const counts = Map.groupBy(
    trials,
    ({ acl, seen }) => `${acl.operation} ${acl.resource} | ${seen ?? "**nothing failed**"}`,
  );
  const rows = [
    "| right | how its lack shows | rights |",
    "|---|---|---|",
    ...[...counts].toSorted().map(([what, all]) => `| ${what} | ${all.length} |`),
    "",
    `${trials.length} rights of ${stages.length + 5} principals, each withdrawn alone and granted again: ${surplus} surplus, ${stuck} not mended by themselves, ${crashed} stages ended; ${left} rights other than the plan's afterwards. ${Math.round((performance.now() - begun) / 1_000)} s.`,
  ];
  writeFigures("acl", rows);
  process.stdout.write(`${rows.join("\n")}\n`);
  return surplus === 0 && stuck === 0 && crashed === 0 && left === 0;
}
