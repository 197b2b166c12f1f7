import type { Character } from "#cli/demo/people.ts";
import type { OutRecord } from "#shared/contracts/log-record.ts";
import type { Suppression } from "#shared/contracts/records.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import { suppressionKey } from "#shared/domain/message/record-keys.ts";
import type { World } from "../world.ts";
import { eventually } from "./eventually.ts";

type Addressed = Pick<Character, "email">;

/** The record that suppresses a person's mailbox, as `feedback` or, for a legal block, an operator writes it. */
export function suppressionOf(
  world: World,
  { email }: Addressed,
  reason: Suppression["reason"] = "HARD_BOUNCE",
): OutRecord {
  const name = {
    tenant_id: "default",
    channel: "EMAIL",
    address_hash: world.platform.hasher.hash("EMAIL", email),
    reason,
    origin: reason === "LEGAL" ? "ADMIN" : "PROVIDER",
    scope: "all",
  } as const;
  const key = suppressionKey(name);
  const value: Suppression = {
    ...name,
    suppression_id: deriveId("suppression", key),
    created_at: Date.now(),
    msg_id: null,
    evidence: "test",
  };
  const topic = "comms.suppression";
  return { topic: world.prefix + topic, key, value: world.platform.codec().encode(topic, value) };
}

/** Waits until the view in Redis holds an entry for each of these people. */
export async function untilSuppressed(world: World, people: readonly Addressed[]): Promise<void> {
  await eventually(() => areSuppressed(world, people), "the view to have the suppressions", 20_000);
}

/** Whether the view in Redis holds an entry for each of these people. */
export async function areSuppressed(world: World, people: readonly Addressed[]): Promise<boolean> {
  const refs = people.map(({ email }) => ({
    tenantId: "default",
    channel: "EMAIL" as const,
    addressHash: world.platform.hasher.hash("EMAIL", email),
  }));
  return (await world.platform.views().suppressions(refs)).value.every(({ length }) => length > 0);
}
