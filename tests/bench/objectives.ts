import { type Buckets, bucketsOf, counted, shareWithin, since } from "./histogram.ts";

/** What the stages themselves have measured so far. */
export interface Observed {
  readonly toQueue: Buckets;
  readonly toProvider: Buckets;
  /** Calls for a message whose earlier call had an unknown result. */
  readonly ambiguous: number;
}

/** The shares, 0 to 1, of the messages of some time that met an objective. */
export interface Objectives {
  /** SLO-01: from the event to the first send record within 150 ms. */
  readonly queuedInTime: number;
  /** SLO-02: from there to the provider's yes within a second. */
  readonly takenInTime: number;
}

/** What SLO-01 and SLO-02 ask for: 95 % within their bounds. */
export const shareDemanded = 0.95;

/** The bounds, s. Each has a bucket of its histogram. */
const queuedWithin = 0.15;
const takenWithin = 1;

/** Asks every process for its histograms, at the addresses of their health servers. */
export async function observedAt(healthUrls: readonly string[]): Promise<Observed> {
  const texts = await Promise.all(healthUrls.map(async (url) => (await fetch(`${url}/metrics`)).text()));
  return {
    toQueue: bucketsOf(texts, "comms_event_to_queue_seconds"),
    toProvider: bucketsOf(texts, "comms_queue_to_provider_seconds"),
    ambiguous: counted(texts, "comms_ambiguous_sends_total"),
  };
}

/** The shares between two looks; `NaN` where no message came between them. */
export function objectivesBetween(before: Observed, after: Observed): Objectives {
  return {
    queuedInTime: shareWithin(since(after.toQueue, before.toQueue), queuedWithin),
    takenInTime: shareWithin(since(after.toProvider, before.toProvider), takenWithin),
  };
}

/** Whether both were met; not where nothing was measured. */
export function areMet({ queuedInTime, takenInTime }: Objectives): boolean {
  return queuedInTime >= shareDemanded && takenInTime >= shareDemanded;
}
