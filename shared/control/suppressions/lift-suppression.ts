import type { PoolClient } from "pg";
import { z } from "zod";
import type { SuppressionOrigin, SuppressionReason } from "#shared/contracts/records.ts";
import { channelOf } from "#shared/domain/channel/channels.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import { suppressionKey } from "#shared/domain/message/record-keys.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import { checkedBy } from "../checked.ts";
import type { Command, Performing, Refusal } from "../command.ts";

const lockEntry = sqlFile(import.meta.url, "./lock-entry.sql");
const insertRepermission = sqlFile(import.meta.url, "./insert-repermission.sql");

const consent = z.strictObject({
  /** Where the person gave it: `paper form`, `call 2026-11-02`. */
  source: z.string().trim().min(1).max(256),
  /** When, RFC 3339 with a zone. */
  consented_at: z.iso.datetime({ offset: true }),
  /** Where the document lies that shows it. */
  document: z.string().trim().min(1).max(1_024),
});

const liftInput = z.strictObject({ suppression_id: z.string().min(1).max(64), consent: consent.optional() });

/** An entry to be lifted, and what documents that the person allows it. */
export type LiftSuppressionInput = z.infer<typeof liftInput>;

/** An entry as the projector has written it, names in small letters. Times in ms. */
interface EntryRow {
  readonly suppressionId: string;
  readonly tenantId: string;
  readonly channel: string;
  readonly addressHash: string;
  readonly reason: string;
  readonly origin: string;
  readonly scope: string;
  readonly createdAt: Instant;
  readonly liftedAt: Instant | null;
}

/** The entry that was lifted. */
export interface LiftedSuppression {
  readonly suppressionId: string;
}

/**
 * Lifts an entry. What a person or a provider put on the list needs a consent that is documented and younger than the entry (SUP-04);
 * what an admin put there needs the reason alone. A legal block needs a second person besides. The entry must have reached Postgres,
 * which it does within seconds.
 */
export const liftSuppression: Command<LiftSuppressionInput, LiftedSuppression> = {
  action: "suppression.lift",
  role: "CommsApprover",
  check: checkedBy(liftInput),
  targetOf: ({ suppression_id }) => ({ suppression: suppression_id }),
  needsApproval: async (input, performing) => {
    const entry = await lockedEntry(input, performing);
    return entry?.reason === "legal" && refusalOf(entry, input, performing.now) === undefined;
  },
  perform: async (input, performing) => {
    const entry = await lockedEntry(input, performing);
    if (!entry) return { refusal: { code: "COMMS_NOT_FOUND", detail: "There is no such entry" } };
    const result = { suppressionId: entry.suppressionId };
    if (entry.liftedAt !== null) return { unchanged: result };
    const refusal = refusalOf(entry, input, performing.now);
    if (refusal) return { refusal };
    await keepConsent(performing.client, { entry, input, performing });
    const { channel, addressHash, reason, scope } = entry;
    return {
      change: {
        result,
        target: { suppression: entry.suppressionId, channel, address_hash: addressHash },
        before: { reason, origin: entry.origin, scope },
        after: input.consent ? { lifted: true, consent: { ...input.consent } } : { lifted: true },
        records: [{ topic: "comms.suppression", key: keyOf(entry), value: null }],
      },
    };
  },
};

async function lockedEntry(
  { suppression_id }: LiftSuppressionInput,
  { client, actor }: Performing,
): Promise<EntryRow | undefined> {
  const { rows } = await client.query<EntryRow>(lockEntry, [suppression_id, actor.tenantId]);
  return rows[0];
}

function refusalOf({ origin, createdAt }: EntryRow, input: LiftSuppressionInput, now: Instant): Refusal | undefined {
  if (input.consent === undefined)
    return origin === "admin" ? undefined : invalid("consent: is needed to lift this entry");
  const consentedAt = Date.parse(input.consent.consented_at);
  if (consentedAt > now) return invalid("consent.consented_at: lies in the future");
  return consentedAt > createdAt ? undefined : invalid("consent.consented_at: is older than the entry");
}

function invalid(issue: string): Refusal {
  return { code: "COMMS_INVALID_REQUEST", detail: "The change has issues", issues: [issue] };
}

interface KeptConsent {
  readonly entry: EntryRow;
  readonly input: LiftSuppressionInput;
  readonly performing: Performing;
}

async function keepConsent(client: PoolClient, { entry, input, performing }: KeptConsent): Promise<void> {
  if (input.consent === undefined) return;
  const { source, consented_at, document } = input.consent;
  const { actor, now } = performing;
  const { suppressionId, tenantId, channel, addressHash } = entry;
  const id = deriveId("repermission", suppressionId, now);
  const head = [id, tenantId, suppressionId, channel, addressHash, source];
  await client.query(insertRepermission, [...head, Date.parse(consented_at), document, actor.id, now]);
}

function keyOf({ tenantId, channel, addressHash, reason, origin, scope }: EntryRow): string {
  return suppressionKey({
    tenant_id: tenantId,
    channel: channelOf(channel) ?? "UNKNOWN",
    address_hash: addressHash,
    reason: reason.toUpperCase() as SuppressionReason,
    origin: origin.toUpperCase() as SuppressionOrigin,
    scope,
  });
}
