import type { TopicName } from "#shared/contracts/topics.ts";
import type { Instant } from "../time/instant.ts";
import type { EventCatalog } from "./event-entry.ts";
import type { IntakeLimits } from "./limits.ts";

/** What an event is validated against. */
export interface IntakeContext {
  readonly catalog: EventCatalog;
  /** The topic the event came in by, or would have: it gives the lane. */
  readonly topic: Extract<TopicName, "comms.events" | "comms.events.bulk">;
  readonly now: Instant;
  readonly limits?: IntakeLimits;
}
