import { z } from "zod";
import { providers } from "../core/call.ts";

/**
 * The ways in which a provider can fail.
 * `status`: answers with the given status and code. `rate_limit`: 429, with or without `Retry-After`. `outage`: 503.
 * `reset`: drops the connection and takes nothing. `reset_after_accept`: takes the call, then drops the connection.
 * `latency`: takes the call at once and answers later. `slow_body`: answers at once, and trickles the body.
 * `garbled`: takes the call, and answers with bytes that are no answer.
 * `empty`, `html`: takes nothing, and answers with success and no body, or with a proxy's page.
 */
export const faultKinds = [
  "status",
  "latency",
  "slow_body",
  "garbled",
  "empty",
  "html",
  "reset",
  "reset_after_accept",
  "rate_limit",
  "outage",
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** A request for a fault over `POST /control/faults`. */
export const faultRequest = z.strictObject({
  provider: z.enum([...providers, "all"]).default("all"),
  kind: z.enum(faultKinds),
  /** HTTP status of kind `status`; for SMTP its reply code. */
  status: z.int().min(400).max(599).optional(),
  /** The provider's own error code of kind `status`: `MessageRejected`, `30034`, `INTERNAL`. */
  code: z.string().max(100).optional(),
  delay_ms: z.int().min(0).max(600_000).optional(),
  /** Seconds in the `Retry-After` of kind `rate_limit`; absent, the header is absent too. */
  retry_after_s: z.int().min(0).max(86_400).optional(),
  /** How many calls meet the fault before it is gone. */
  count: z.int().min(1).optional(),
  /** The fault is gone at this time (ms since 1970). */
  until: z.int().optional(),
  /** The same, counted from now, in milliseconds. */
  for_ms: z.int().min(1).optional(),
  /** Part of the matching calls that meet the fault, drawn by the seed. */
  share: z.number().gt(0).max(1).default(1),
  match: z
    .strictObject({
      /** Any recipient contains this text. */
      recipient: z.string().optional(),
      msg_id: z.string().optional(),
      operation: z.string().optional(),
    })
    .default({}),
});
export type FaultRequest = z.input<typeof faultRequest>;

/** A fault in force. `count` is how many calls it still meets, `hits` how many it met. */
export type Fault = Omit<z.output<typeof faultRequest>, "for_ms"> & { readonly id: string; readonly hits: number };
