import { z } from "zod";
import type { Suppression } from "#shared/contracts/records.ts";
import { channelOf, hasAddresses } from "#shared/domain/channel/channels.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import { suppressionKey } from "#shared/domain/message/record-keys.ts";
import { checkedBy } from "../checked.ts";
import type { Command } from "../command.ts";

/** The name of a channel in small letters, whose addresses can be suppressed. */
export const addressedChannel = z
  .string()
  .refine((name) => name === name.toLowerCase() && hasAddresses(channelOf(name) ?? "UNKNOWN"), {
    message: "is no channel with addresses that can be suppressed",
  });

const addInput = z.strictObject({
  channel: addressedChannel,
  /** The keyed hash of the address; who calls has hashed it, so that no address is kept. */
  address_hash: z.string().regex(/^v1:[\w-]+:[0-9a-f]{64}$/, "is no hash of an address"),
  reason: z.enum(["manual", "legal"]),
  scope: z
    .string()
    .regex(
      /^(all|category:[a-z_]+|stream:(marketing|transactional))$/,
      "is all, category:<key> or stream:<marketing|transactional>",
    )
    .default("all"),
  /** The ticket or the letter that asks for it. */
  evidence: z.string().trim().min(1).max(256),
});

/** An address that should not be written to. */
export type AddSuppressionInput = z.infer<typeof addInput>;

/**
 * Puts an address on the list, which stops critical messages too. A `legal` entry binds however old the views are, and is lifted by two
 * people. The result is the entry's record; told again it is written again, with the newer evidence.
 */
export const addSuppression: Command<AddSuppressionInput, Suppression> = {
  action: "suppression.add",
  role: "CommsEditor",
  check: checkedBy(addInput),
  targetOf: ({ channel, address_hash }) => ({ channel, address_hash }),
  perform: async ({ channel, address_hash, reason, scope, evidence }, { actor, now }) => {
    const name = {
      tenant_id: actor.tenantId,
      channel: channelOf(channel) ?? "UNKNOWN",
      address_hash,
      reason: reason === "legal" ? "LEGAL" : "MANUAL",
      origin: "ADMIN",
      scope,
    } as const;
    const key = suppressionKey(name);
    const suppression_id = deriveId("suppression", key);
    const value: Suppression = { suppression_id, ...name, created_at: now, msg_id: null, evidence };
    return {
      change: {
        result: value,
        target: { suppression: suppression_id, channel, address_hash },
        before: null,
        after: { reason, scope, evidence },
        records: [{ topic: "comms.suppression", key, value }],
      },
    };
  },
};
