import type { PoolClient } from "pg";
import type { RecordTypes } from "#shared/contracts/records.ts";
import type { CompactedTopic, TopicRecordName } from "#shared/contracts/topics.ts";
import type { Role } from "#shared/domain/access/role.ts";
import { canonicalJson } from "#shared/domain/json/canonical-json.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { sha256 } from "#shared/platform/crypto/digest.ts";
import type { Snapshot } from "./audit/append-audit.ts";

/** The tenant of what holds for all of them. */
export const allTenants = "*";

/** Who changes something. */
export interface CommandActor {
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
  readonly actor: CommandActor;
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

/** SHA-256 of plain data, hex: equal for equal data, whatever the order of its keys. */
export function inputHash(input: unknown): string {
  return sha256(canonicalJson(input));
}
