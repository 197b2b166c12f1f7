import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readConfig } from "#shared/platform/config/environment.ts";
import { topicPrefixSettings } from "#shared/platform/config/kafka-settings.ts";
import { type AccessAdmin, type Acl, createAccessAdmin } from "#shared/platform/kafka/access-admin.ts";
import { kafkaConnection } from "#shared/platform/kafka/kafka-security.ts";
import { accessPlan, type PrincipalAccess } from "#shared/platform/provisioning/access-plan.ts";
import { byCertificate, compareAccess } from "#shared/platform/provisioning/apply-access.ts";
import { strimziUsers } from "#shared/platform/provisioning/strimzi-users.ts";
import { type CliCommand, exit, type Invocation } from "./command.ts";
import { aclSettings } from "./command-settings.ts";
import { alignedTable } from "./table.ts";

type Flags = Invocation["flags"];

/** `comms acl`: the principals of the product and what each may do in Kafka, by the contracts of the topics. */
export const acl: CliCommand = {
  name: "acl",
  usage:
    "acl print [--format text|json|strimzi] | apply [--passwords DIR] [--dry-run] [--prune] | rotate PRINCIPAL --passwords DIR",
  summary: "Print the rights that each principal needs in Kafka, or make users and rights there",
  flags: {
    format: { type: "string", default: "text" },
    cluster: { type: "string", default: "kafka" },
    tls: { type: "boolean", default: false },
    producers: { type: "string", default: "producer" },
    readers: { type: "string", default: "data" },
    passwords: { type: "string" },
    "dry-run": { type: "boolean", default: false },
    prune: { type: "boolean", default: false },
  },
  run: async ({ args: [verb = "", principal], flags }) => {
    if (verb === "print") return print(flags);
    const folder = flags["passwords"];
    if (verb === "apply") return withAdmin((admin) => apply(admin, { flags, folder }));
    if (verb === "rotate" && principal !== undefined && typeof folder === "string") {
      return withAdmin((admin) => rotate(admin, principal, { flags, folder }));
    }
    process.stderr.write(`Usage: comms ${acl.usage}\n`);
    return exit.usage;
  },
};

/** Asks no broker: what it prints is reviewed and kept beside other files of a cluster. */
function print(flags: Flags): number {
  const plan = planOf(flags);
  const { format, cluster, tls } = flags;
  if (format === "json") process.stdout.write(`${JSON.stringify(plan, null, 2)}\n`);
  else if (format === "strimzi") {
    const options = { cluster: String(cluster), authentication: tls === true ? "tls" : "scram-sha-512" } as const;
    process.stdout.write(strimziUsers(accessPlan(optionsOf(flags)), options));
  } else if (format === "text") process.stdout.write(aclTable(plan.flatMap(({ acls }) => acls)));
  else {
    process.stderr.write("There are the formats text, json and strimzi.\n");
    return exit.usage;
  }
  return exit.done;
}

const aclHead = ["PRINCIPAL", "OPERATION", "RESOURCE", "PATTERN", "NAME"];

/** A line a right, in Kafka's words. */
function aclTable(acls: readonly Acl[]): string {
  return alignedTable([
    aclHead,
    ...acls.map(({ principal, operation, resource, pattern, name }) => [principal, operation, resource, pattern, name]),
  ]);
}

function optionsOf(flags: Flags) {
  const names = (flag: string) => String(flags[flag]).split(",").filter(Boolean);
  const prefix = readConfig(topicPrefixSettings).COMMS_TOPIC_PREFIX;
  return { prefix, producers: names("producers"), readers: names("readers") };
}

function planOf(flags: Flags): readonly PrincipalAccess[] {
  const plan = accessPlan(optionsOf(flags));
  return flags["tls"] === true ? byCertificate(plan) : plan;
}

async function withAdmin(work: (admin: AccessAdmin) => Promise<number>): Promise<number> {
  const admin = createAccessAdmin(kafkaConnection(readConfig(aclSettings), "comms-acl"));
  try {
    return await work(admin);
  } finally {
    await admin.close();
  }
}

interface Asked {
  readonly flags: Flags;
  readonly folder: unknown;
}

/** Grants what is missing, reports what is surplus, and with a folder makes the users that have no password there. */
async function apply(admin: AccessAdmin, { flags, folder }: Asked): Promise<number> {
  const plan = planOf(flags);
  const { missing, surplus } = await compareAccess(admin, plan);
  const prune = flags["prune"] === true;
  process.stdout.write(changeLines("+", missing) + changeLines(prune ? "-" : "?", surplus));
  if (flags["dry-run"] === true) {
    process.stderr.write(`rights: ${missing.length} missing, ${surplus.length} surplus; nothing was changed\n`);
    return exit.done;
  }
  const users = typeof folder === "string" ? await makeUsers(admin, plan, folder) : 0;
  await admin.grant(missing);
  if (prune) await admin.withdraw(surplus);
  const left = prune || surplus.length === 0 ? "" : `, ${surplus.length} surplus left: --prune withdraws them`;
  process.stderr.write(
    `rights: ${missing.length} granted, ${prune ? surplus.length : 0} withdrawn${left}; users: ${users} given a password\n`,
  );
  return exit.done;
}

/** `+` is missing and granted, `-` is surplus and withdrawn, `?` is surplus and left. */
function changeLines(mark: string, acls: readonly Acl[]): string {
  return acls
    .map(
      ({ principal, operation, resource, pattern, name }) =>
        `${mark}\t${principal}\t${operation}\t${resource}\t${pattern}\t${name}\n`,
    )
    .join("");
}

async function makeUsers(admin: AccessAdmin, plan: readonly PrincipalAccess[], folder: string): Promise<number> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const known = await admin.users(plan.map(({ name }) => name));
  const lacking = plan.filter(({ name }) => !known.has(name) || !existsSync(passwordFile(folder, name)));
  for (const { name } of lacking) await givePassword(admin, name, folder);
  return lacking.length;
}

/** The broker first: a process that reads the file between the two is refused once, and tries again. */
async function givePassword(admin: AccessAdmin, name: string, folder: string): Promise<void> {
  const password = randomBytes(24).toString("base64url");
  await admin.setPassword(name, password);
  const file = passwordFile(folder, name);
  await writeFile(`${file}.new`, password, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** The file with a principal's password, which `COMMS_KAFKA_PASSWORD_FILE` of its process names. */
export function passwordFile(folder: string, principal: string): string {
  return join(folder, `${principal}.password`);
}

async function rotate(admin: AccessAdmin, name: string, { flags, folder }: Asked): Promise<number> {
  const names = planOf(flags).map((of) => of.name);
  if (!names.includes(name)) {
    process.stderr.write(`There is no principal '${name}'. There are: ${names.join(", ")}\n`);
    return exit.usage;
  }
  await givePassword(admin, name, String(folder));
  process.stderr.write(`${name} has another password; its processes take it at their next authentication\n`);
  return exit.done;
}
