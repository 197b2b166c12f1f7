import {
  type ApiKeyChange,
  type ApiKeyGrant,
  type ApiKeyTable,
  bootstrapApiKey,
  createApiKey,
  type ListedApiKey,
  listApiKeys,
  revokeApiKey,
  rotateApiKey,
} from "#shared/control/keys/api-keys.ts";
import { keyEnd, manyTenants } from "#shared/domain/access/api-key.ts";
import { allScopes } from "#shared/domain/access/scope.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { readConfig } from "#shared/platform/config/environment.ts";
import { prefixOfApiKey } from "#shared/platform/crypto/api-key-secret.ts";
import { createPool } from "#shared/platform/postgres/pool.ts";
import { postgresAccess } from "#shared/platform/postgres/postgres-access.ts";
import { apiKeyPeppersOf } from "#shared/runtime/process/rotation.ts";
import { actorOf } from "./actor.ts";
import { type CliCommand, exit, type Invocation } from "./command.ts";
import { keySettings } from "./command-settings.ts";
import { parseDuration } from "./duration.ts";
import { grantOf, keyNamed, type UsageIssue } from "./key-arguments.ts";
import { alignedTable } from "./table.ts";

/** `comms key`: makes, lists, rotates and ends the keys of the HTTP API, on the table. A new key is the one line on stdout. */
export const key: CliCommand = {
  name: "key",
  usage:
    "key bootstrap [--tenant T] [--role R] | create --name SERVICE [--tenant T] [--scopes A,B | --role R] [--expires 90d] [--rate N] | " +
    'list [--tenant T] [--all] [--format text|json] | revoke KEY --reason "…" | rotate KEY [--overlap 24h]; [--by NAME]',
  summary: "Make, list, rotate and revoke keys of the HTTP API",
  flags: {
    tenant: { type: "string" },
    name: { type: "string" },
    scopes: { type: "string" },
    role: { type: "string" },
    expires: { type: "string" },
    rate: { type: "string" },
    overlap: { type: "string" },
    reason: { type: "string" },
    by: { type: "string" },
    all: { type: "boolean", default: false },
    format: { type: "string", default: "text" },
  },
  accepts: (invocation) => !("usage" in prepare(invocation)),
  run: async (invocation) => {
    const prepared = prepare(invocation);
    if ("usage" in prepared) {
      process.stderr.write(`${prepared.usage}.\nUsage: comms ${key.usage}\n`);
      return exit.usage;
    }
    const config = readConfig(keySettings);
    const pool = createPool(postgresAccess(config), { max: 1 });
    try {
      return await prepared.work({ pool, peppers: apiKeyPeppersOf(config) });
    } finally {
      await pool.end();
    }
  },
};

/** What a line asks for, or what is wrong with it. Nothing connects. */
type Prepared = UsageIssue | { readonly work: (table: ApiKeyTable) => Promise<number> };

/** A verb reads its arguments before anything connects. */
type Verb = (invocation: Invocation, now: Instant) => Prepared;

function prepare(invocation: Invocation): Prepared {
  const [name = "list"] = invocation.args;
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  return verb?.(invocation, Date.now()) ?? { usage: `There is no 'comms key ${name}'` };
}

const verbs: Readonly<Record<string, Verb>> = {
  bootstrap: (invocation, now) => {
    const grant = grantOf(invocation.flags, { now, nameByDefault: "bootstrap" });
    if ("usage" in grant) return grant;
    return { work: (table) => bootstrap(table, grant, changeOf(invocation, "the first key", now)) };
  },
  create: (invocation, now) => {
    const grant = grantOf(invocation.flags, { now });
    if ("usage" in grant) return grant;
    return { work: (table) => create(table, grant, changeOf(invocation, "a new key", now)) };
  },
  list: ({ flags }, now) => ({ work: (table) => list(table, flags, now) }),
  revoke: (invocation, now) => {
    const named = keyNamed(invocation.args[1]);
    if ("usage" in named) return named;
    const change = changeOf(invocation, "", now);
    if (change.reason === "") return { usage: "A revocation names its --reason, which is audited" };
    return { work: (table) => revoke(table, named.keyId, change) };
  },
  rotate: (invocation, now) => {
    const named = keyNamed(invocation.args[1]);
    if ("usage" in named) return named;
    const overlapMs = parseDuration(String(invocation.flags["overlap"] ?? "24h"));
    if (overlapMs === undefined) return { usage: "--overlap is a time such as 90m, 24h or 7d" };
    const rotation = { keyId: named.keyId, overlapMs };
    return { work: (table) => rotate(table, rotation, changeOf(invocation, "a rotation", now)) };
  },
};

function changeOf({ flags }: Invocation, reasonByDefault: string, now: Instant): ApiKeyChange {
  const reason = typeof flags["reason"] === "string" ? flags["reason"].trim() : "";
  return { actor: actorOf(flags["by"]), reason: reason === "" ? reasonByDefault : reason, now };
}

async function bootstrap(table: ApiKeyTable, grant: ApiKeyGrant, change: ApiKeyChange): Promise<number> {
  const drawn = await bootstrapApiKey(table, grant, change);
  if (drawn === undefined) {
    process.stderr.write(
      "There is a key of this kind already that may be used: 'comms key list' shows it, 'comms key create' makes more.\n",
    );
    return exit.precondition;
  }
  showKey(drawn.text, grant);
  return exit.done;
}

async function create(table: ApiKeyTable, grant: ApiKeyGrant, change: ApiKeyChange): Promise<number> {
  const drawn = await createApiKey(table, grant, change);
  showKey(drawn.text, grant);
  return exit.done;
}

function showKey(text: string, { tenantId, scopes, role, expiresAt }: ApiKeyGrant): void {
  process.stdout.write(`${text}\n`);
  const until = expiresAt === null ? "does not expire" : `is taken until ${new Date(expiresAt).toISOString()}`;
  process.stderr.write(
    `The key is of ${tenantId === manyTenants ? "all tenants" : `tenant ${tenantId}`}, ${role ? `has the role ${role}` : `may ${scopes.join(", ")}`} and ${until}. It is shown this once: keep it as a secret.\n`,
  );
}

async function revoke(table: ApiKeyTable, keyId: string, change: ApiKeyChange): Promise<number> {
  const refusal = await revokeApiKey(table, keyId, change);
  if (refusal !== undefined) return refuse(keyId, refusal);
  process.stderr.write(`${prefixOfApiKey(keyId)} is revoked; every gateway refuses it within a second.\n`);
  return exit.done;
}

async function rotate(
  table: ApiKeyTable,
  rotation: Parameters<typeof rotateApiKey>[1],
  change: ApiKeyChange,
): Promise<number> {
  const rotated = await rotateApiKey(table, rotation, change);
  if (typeof rotated === "string") return refuse(rotation.keyId, rotated);
  process.stdout.write(`${rotated.drawn.text}\n`);
  process.stderr.write(
    `${prefixOfApiKey(rotation.keyId)} is taken until ${new Date(rotated.oldUntil).toISOString()}, its successor from now on. ` +
      "The new key is shown this once: keep it as a secret.\n",
  );
  return exit.done;
}

function refuse(keyId: string, refusal: string): number {
  const why = refusal === "unknown" ? "there is no such key" : `it is ${refusal} already`;
  process.stderr.write(`${prefixOfApiKey(keyId)} is left as it is: ${why}.\n`);
  return exit.precondition;
}

async function list({ pool }: ApiKeyTable, flags: Invocation["flags"], now: Instant): Promise<number> {
  const tenant = flags["tenant"];
  const all = await listApiKeys(pool, typeof tenant === "string" ? tenant : undefined);
  const keys = flags["all"] === true ? all : all.filter((one) => keyEnd(one, now) === undefined);
  if (flags["format"] === "json") {
    process.stdout.write(`${JSON.stringify(keys.map(jsonOf), null, 2)}\n`);
    return exit.done;
  }
  const head = ["KEY", "TENANT", "NAME", "MAY", "RATE", "STATE", "EXPIRES", "LAST USED", "CREATED", "BY"];
  process.stdout.write(alignedTable([head, ...keys.map((one) => rowOf(one, now))]));
  if (keys.length < all.length) {
    process.stderr.write(`${all.length - keys.length} that are revoked or expired are left out; --all shows them.\n`);
  }
  return exit.done;
}

function rowOf(one: ListedApiKey, now: Instant): readonly string[] {
  const state = keyEnd(one, now) ?? (one.replacedBy === null ? "in use" : `replaced by ${one.replacedBy}`);
  const rate = one.ratePerSecond === null ? "-" : String(one.ratePerSecond);
  const times = [one.expiresAt, one.lastUsedAt, one.createdAt].map((at) => timeOf(at) ?? "-");
  const scopes = one.scopes.length === allScopes.length ? "all" : one.scopes.join(",");
  return [prefixOfApiKey(one.keyId), one.tenantId, one.name, one.role ?? scopes, rate, state, ...times, one.createdBy];
}

function jsonOf(one: ListedApiKey): object {
  return {
    key: prefixOfApiKey(one.keyId),
    tenant: one.tenantId,
    name: one.name,
    scopes: one.scopes,
    role: one.role,
    rate_per_second: one.ratePerSecond,
    created_at: timeOf(one.createdAt),
    created_by: one.createdBy,
    expires_at: timeOf(one.expiresAt),
    revoked_at: timeOf(one.revokedAt),
    last_used_at: timeOf(one.lastUsedAt),
    replaced_by: one.replacedBy === null ? null : prefixOfApiKey(one.replacedBy),
  };
}

function timeOf(at: Instant | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
