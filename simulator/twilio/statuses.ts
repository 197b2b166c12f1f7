import { chance } from "../core/chance.ts";

/** One status of a message, as a callback reports it. `wait` counts in steps of the callback delay. */
export interface StatusStep {
  readonly status: "queued" | "sent" | "delivered" | "undelivered";
  readonly wait: number;
}

/**
 * The statuses of an accepted message: queued, sent, then delivered or undelivered. For a share of the messages, drawn
 * by seed and message, the final status overtakes `sent`, as happens with Twilio.
 */
export function statusesOf(
  key: string,
  failed: boolean,
  { seed, outOfOrderShare }: { readonly seed: number; readonly outOfOrderShare: number },
): readonly StatusStep[] {
  const final = failed ? "undelivered" : "delivered";
  const swapped = chance(seed, key) < outOfOrderShare;
  return [
    { status: "queued", wait: 1 },
    { status: "sent", wait: swapped ? 4 : 2 },
    { status: final, wait: swapped ? 2 : 4 },
  ];
}
