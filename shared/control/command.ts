import type { Pool, PoolClient } from "pg";
import type { RecordTypes } from "#shared/contracts/records.ts";
import type { CompactedTopic, TopicRecordName } from "#shared/contracts/topics.ts";
import { mayAs, type Role } from "#shared/domain/access/role.ts";
import { canonicalJson } from "#shared/domain/json/canonical-json.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Codec } from "#shared/platform/avro/codec.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import { inTransaction } from "#shared/platform/postgres/transaction.ts";
import { openApproval } from "./approvals/open-approval.ts";
import { appendAuditWithin, lockAuditChain, type Snapshot } from "./audit/append-audit.ts";
import { sha256Hex } from "./audit/audit-row.ts";

const insertOutbox = sqlFile(import.meta.url, "./outbox/insert-outbox.sql");

/** The tenant of what holds for all of them. */
export const allTenants = "*";

/** Who changes something. */
export interface Actor {
  /** What the audit names: `key:3f9a…`, `cli:ann`. */
  readonly id: string;
  readonly role: Role;
  /** The tenant that the change is made in; `*` for what holds for all. */
  readonly tenantId: string;
}

/** A record for a compacted topic. Null is a tombstone. */
export type ControlRecord = {
  readonly [Topic in CompactedTopic]: {
    readonly topic: Topic;
    readonly key: string;
    readonly value: RecordTypes[TopicRecordName<Topic>] | null;
  };
}[CompactedTopic];

/** What a command has changed in its transaction. */
export interface Change<Result> {
  readonly result: Result;
  /** What the audit says the change was made to. Holds no address and no content. */
  readonly target: Readonly<Record<string, string>>;
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly records: readonly ControlRecord[];
}

/** Why a command has changed nothing. */
export type Refusal =
  | { readonly code: "COMMS_NOT_FOUND" | "COMMS_CONFLICT" | "COMMS_FORBIDDEN"; readonly detail: string }
  | { readonly code: "COMMS_INVALID_REQUEST"; readonly detail: string; readonly issues: readonly string[] }
  | { readonly code: "COMMS_VERSION_MISMATCH"; readonly detail: string; readonly version: number };

/** A change, nothing to change (`unchanged`, told again), or a refusal. */
export type Performance<Result> =
  | { readonly change: Change<Result> }
  | { readonly unchanged: Result }
  | { readonly refusal: Refusal };

/** What a command works with. Everything that it writes stands or falls with its audit row. */
export interface Performing {
  readonly client: PoolClient;
  readonly actor: Actor;
  readonly reason: string;
  readonly now: Instant;
}

/**
 * Something that people change. `input` is plain JSON, checked by `check` before anything connects: commands that wait for
 * a second person are kept as JSON. Input of a command that may need one holds no address.
 */
export interface Command<Input, Result> {
  /** `flag.set`: the audit's word. */
  readonly action: string;
  /** The least role that may ask for it. */
  readonly role: Role;
  /** The input, or everything that is wrong with it. */
  readonly check: (input: unknown) => { readonly input: Input } | { readonly issues: readonly string[] };
  /** What the audit and a request for approval say that it is about. */
  readonly targetOf: (input: Input) => Readonly<Record<string, string>>;
  /** Whether a second person has to approve it. Asked within the transaction. Default: never. */
  readonly needsApproval?: (input: Input, performing: Performing) => Promise<boolean>;
  readonly perform: (input: Input, performing: Performing) => Promise<Performance<Result>>;
}

/** What came of a command. */
export type CommandOutcome<Result> =
  | { readonly kind: "done"; readonly result: Result }
  | { readonly kind: "unchanged"; readonly result: Result }
  | { readonly kind: "requested"; readonly approvalId: string; readonly expiresAt: Instant }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** What every command needs. */
export interface ControlParts {
  readonly pool: Pool;
  /** Warm for the compacted topics: an outbox row that cannot be encoded is never committed. */
  readonly codec: Pick<Codec, "encode">;
  readonly clock: Pick<Clock, "now">;
}

/** Who asks for a command, and why. */
export interface CommandRequest {
  readonly actor: Actor;
  readonly input: unknown;
  /** Never empty: it is audited. */
  readonly reason: string;
}

/**
 * Runs a command: its rows, its audit row and its outbox rows are committed together or not at all. Changes of one tenant run one
 * after the other, in the order of its audit. Rejects with the `AppError` of Postgres; then nothing was changed, or, where the
 * connection broke at the commit, all of it: the same command again answers `unchanged` in that case.
 */
export async function runCommand<Input, Result>(
  parts: ControlParts,
  command: Command<Input, Result>,
  { actor, input, reason }: CommandRequest,
): Promise<CommandOutcome<Result>> {
  if (!mayAs(actor.role, command.role)) {
    return refused({ code: "COMMS_FORBIDDEN", detail: `${command.action} asks for the role ${command.role}` });
  }
  const checked = command.check(input);
  const issues = [...("issues" in checked ? checked.issues : []), ...(reason.trim() === "" ? ["reason is empty"] : [])];
  if ("issues" in checked || issues.length > 0) {
    return refused({ code: "COMMS_INVALID_REQUEST", detail: "The change has issues", issues });
  }
  return postgres(() =>
    inTransaction(parts.pool, async (client) => {
      await lockAuditChain(client, actor.tenantId);
      const performing = { client, actor, reason: reason.trim(), now: parts.clock.now() };
      if (await command.needsApproval?.(checked.input, performing)) {
        return { kind: "requested", ...(await openApproval(command, checked.input, performing)) };
      }
      return performWithin(parts, command, { input: checked.input, performing });
    }),
  );
}

/** The part of a command that an approval runs as well. */
export async function performWithin<Input, Result>(
  { codec }: Pick<ControlParts, "codec">,
  command: Command<Input, Result>,
  { input, performing }: { readonly input: Input; readonly performing: Performing },
): Promise<CommandOutcome<Result>> {
  const performance = await command.perform(input, performing);
  if ("refusal" in performance) return refused(performance.refusal);
  if ("unchanged" in performance) return { kind: "unchanged", result: performance.unchanged };
  const { change } = performance;
  const { client, actor, reason, now } = performing;
  const { target, before, after } = change;
  await appendAuditWithin(client, {
    tenantId: actor.tenantId,
    actor: actor.id,
    action: command.action,
    target,
    reason,
    before,
    after,
    at: now,
  });
  await addToOutbox(client, { tenantId: actor.tenantId, records: change.records, codec });
  return { kind: "done", result: change.result };
}

/** SHA-256 of plain data, hex: equal for equal data, whatever the order of its keys. */
export function inputHash(input: unknown): string {
  return sha256Hex(canonicalJson(input));
}

interface OutboxRows {
  readonly tenantId: string;
  readonly records: readonly ControlRecord[];
  readonly codec: Pick<Codec, "encode">;
}

async function addToOutbox(client: PoolClient, { tenantId, records, codec }: OutboxRows): Promise<void> {
  if (records.length === 0) return;
  const values = records.map(({ topic, value }) => (value === null ? null : codec.encode(topic, value)));
  await client.query(insertOutbox, [tenantId, records.map((one) => one.topic), records.map((one) => one.key), values]);
}

function refused(refusal: Refusal): { readonly kind: "refused"; readonly refusal: Refusal } {
  return { kind: "refused", refusal };
}
