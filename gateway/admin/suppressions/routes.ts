import type { Pool } from "pg";
import { z } from "zod";
import { sendChannels } from "#shared/contracts/topics.ts";
import { addSuppression } from "#shared/control/suppressions/add-suppression.ts";
import { liftSuppression } from "#shared/control/suppressions/lift-suppression.ts";
import { channelOf } from "#shared/domain/channel/channels.ts";
import type { AddressHasher } from "#shared/platform/crypto/address-hash.ts";
import { type AdminRoute, adminRoute, brokenCursor } from "../http/admin-route.ts";
import { type RunChange, requestedAnswer } from "../http/change.ts";
import { readCursor, writeCursor } from "../http/cursor.ts";
import { cursor, pageSize, reason, since, text } from "../http/fields.ts";
import { listSuppressions, suppressionEntry, suppressionGroup, suppressionsByTemplate } from "./list-suppressions.ts";

export interface SuppressionParts {
  readonly pool: Pool;
  readonly hasher: Pick<AddressHasher, "hash" | "hashes">;
  readonly change: RunChange;
}

const hoursMax = 400 * 24;
/** Entries of one address in an answer. */
const ofAddressMax = 200;

const reasons = ["hard_bounce", "complaint", "manual", "unsubscribe", "stop", "soft_bounce", "legal"] as const;
const channel = z.enum(sendChannels);
const page = z.object({ suppressions: z.array(suppressionEntry), next: z.string().nullable() });
const address = text(320).describe("The address; it is hashed when it comes in, and kept and logged nowhere");

/** The suppression list: what is on it, what caused it, and how it changes. */
export function suppressionRoutes(parts: SuppressionParts): readonly AdminRoute[] {
  return [list(parts), byTemplate(parts), search(parts), add(parts), lift(parts)];
}

function list({ pool }: SuppressionParts): AdminRoute {
  return adminRoute({
    method: "GET",
    path: "/api/v1/suppressions",
    operationId: "listSuppressions",
    summary: "Entries of the suppression list, the latest first, each with the template that caused it",
    tenants: "one",
    query: z.object({
      channel: channel.optional(),
      reason: z.enum(reasons).optional(),
      template: text().optional(),
      in_force: z.enum(["true", "false"]).default("false").describe("`true`: those that are not lifted, alone"),
      since: since("7d", hoursMax),
      limit: pageSize(),
      cursor: cursor(),
    }),
    answers: ["Suppressions", page],
    handle: async ({ query, caller, now }) => {
      const place = query.cursor === undefined ? [] : readCursor(query.cursor, ["number", "string"]);
      if (place === undefined) return brokenCursor;
      const [createdAt, id] = place;
      const { suppressions, end } = await listSuppressions(pool, {
        tenantId: caller.tenantId,
        since: now - query.since,
        channel: query.channel,
        reason: query.reason,
        template: query.template,
        inForce: query.in_force === "true",
        after: createdAt === undefined ? undefined : { createdAt: Number(createdAt), id: String(id) },
        limit: query.limit,
      });
      return { body: { suppressions, next: end === undefined ? null : writeCursor([end.createdAt, end.id]) } };
    },
  });
}

function byTemplate({ pool }: SuppressionParts): AdminRoute {
  return adminRoute({
    method: "GET",
    path: "/api/v1/suppressions/templates",
    operationId: "getSuppressionsByTemplate",
    summary: "Which templates caused the entries of late, the most first",
    tenants: "one",
    query: z.object({ since: since("24h", hoursMax) }),
    answers: ["SuppressionGroups", z.object({ groups: z.array(suppressionGroup) })],
    handle: async ({ query, caller, now }) => ({
      body: { groups: await suppressionsByTemplate(pool, caller.tenantId, now - query.since) },
    }),
  });
}

function search({ pool, hasher }: SuppressionParts): AdminRoute {
  return adminRoute({
    method: "POST",
    path: "/api/v1/suppressions/search",
    operationId: "searchSuppressions",
    summary: "The entries of one address",
    description: "A POST, so that the address stands in no URL. It changes nothing.",
    tenants: "one",
    body: z.strictObject({ channel, address }),
    answers: ["Suppressions", page],
    handle: async ({ body, caller }) => {
      const { suppressions } = await listSuppressions(pool, {
        tenantId: caller.tenantId,
        since: 0,
        channel: body.channel,
        hashes: hasher.hashes(channelOf(body.channel) ?? "UNKNOWN", body.address),
        inForce: false,
        limit: ofAddressMax,
      });
      return { body: { suppressions, next: null } };
    },
  });
}

function add({ change, hasher }: SuppressionParts): AdminRoute {
  return adminRoute({
    method: "POST",
    path: "/api/v1/suppressions",
    operationId: "addSuppression",
    summary: "Put an address on the list: `legal` blocks everything, `manual` what is not critical",
    tenants: "one",
    isChange: true,
    body: z.strictObject({
      channel,
      address,
      kind: z.enum(["manual", "legal"]).default("manual"),
      scope: text().default("all").describe("all, category:<key> or stream:<marketing|transactional>"),
      evidence: text().describe("The ticket or the letter that asks for it"),
      reason: reason(),
    }),
    answers: ["SuppressionAdded", z.object({ suppression_id: z.string(), address_hash: z.string() })],
    handle: ({ body, caller }) => {
      const { channel: on, kind, scope, evidence } = body;
      const address_hash = hasher.hash(channelOf(on) ?? "UNKNOWN", body.address);
      return change(addSuppression, {
        caller,
        reason: body.reason,
        input: { channel: on, address_hash, reason: kind, scope, evidence },
        answer: ({ suppression_id }) => ({ status: 201, body: { suppression_id, address_hash } }),
      });
    },
  });
}

const lifted = z.object({ suppression_id: z.string() });

function lift({ change }: SuppressionParts): AdminRoute {
  return adminRoute({
    method: "POST",
    path: "/api/v1/suppressions/{suppression_id}/lift",
    operationId: "liftSuppression",
    summary: "Lift an entry",
    description:
      "What a person or a provider put on the list needs a consent that is documented and younger than the entry. A legal block is answered with 202: another approver approves the request that it names.",
    tenants: "one",
    isChange: true,
    params: z.object({ suppression_id: text(64) }),
    body: z.strictObject({
      consent: z
        .strictObject({
          source: text().describe("Where the person gave it"),
          consented_at: z.iso.datetime({ offset: true }),
          document: text(1_024).describe("Where the document lies that shows it"),
        })
        .optional(),
      reason: reason(),
    }),
    answers: ["SuppressionLifted", z.union([lifted, requestedAnswer])],
    handle: ({ params, body, caller }) =>
      change(liftSuppression, {
        caller,
        reason: body.reason,
        input: { suppression_id: params.suppression_id, ...(body.consent ? { consent: body.consent } : {}) },
        answer: ({ suppressionId }) => ({ body: { suppression_id: suppressionId } }),
      }),
  });
}
