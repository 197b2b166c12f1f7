import type { TopicName } from "#shared/contracts/topics.ts";
import type { Instant } from "../time/instant.ts";
import type { EventCatalog } from "./event-entry.ts";
import type { IntakeLimits } from "./limits.ts";

/** The catalog, the time and the limits that an event is validated against. */
export interface IntakeContext {
  readonly catalog: EventCatalog;
  /** The topic that the event came by; over HTTP, the topic it would have used. It determines the lane. */
  readonly topic: Extract<TopicName, "comms.events" | "comms.events.bulk">;
  readonly now: Instant;
  /** When the event came; left out, now. */
  readonly receivedAt?: Instant;
  readonly limits?: IntakeLimits;
}
