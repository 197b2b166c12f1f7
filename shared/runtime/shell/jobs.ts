import type { OutRecord } from "#shared/contracts/log-record.ts";
import type { Output } from "#shared/contracts/output.ts";
import type { Job } from "#shared/domain/outcome/job.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import type { Telemetry } from "#shared/platform/telemetry/telemetry.ts";
import { startRootSpan } from "#shared/platform/telemetry/tracing.ts";
import { noLongerOurs, type OutageWatch } from "../outage-watch.ts";
import type { Outbox } from "../outputs/outbox.ts";
import { countOutput } from "../records/record-telemetry.ts";

/** How often a job looks whether the stage still rests, ms. */
const restMs = 1_000;

/** What the jobs of a stage run with. */
export interface JobParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly outages: OutageWatch;
  readonly outbox: Outbox;
  /** Rejects with a retryable `AppError` if the log does not acknowledge. */
  readonly send: (records: readonly OutRecord[]) => Promise<void>;
  /** Aborts when the stage stops: no further iteration begins. */
  readonly stopping: AbortSignal;
  /** Aborts when the deadline of the stop has passed, and ends an iteration under way. */
  readonly deadline: AbortSignal;
  /** Whether the stage has crashed or stops: the job ends. */
  readonly isClosed: () => boolean;
  /** Whether the stage rests, as it does while its fuse is blown: no iteration begins meanwhile. */
  readonly isResting: () => boolean;
  readonly onCrash: (error: unknown) => void;
}

/**
 * Runs a job again and again until the stage closes; each iteration says how long to wait for the next. An outage is
 * waited out within an iteration; anything unknown goes to `onCrash`. Never rejects.
 */
export async function runJob(job: Job, parts: JobParts): Promise<void> {
  while (!parts.isClosed()) {
    const waitMs = parts.isResting() ? restMs : await iterate(job, parts);
    await parts.clock.sleep(waitMs, parts.stopping);
  }
}

async function iterate(job: Job, parts: JobParts): Promise<number> {
  const { clock, outages, stopping, deadline } = parts;
  try {
    return await outages.call(
      () => job.run(clock.now(), (outputs) => emit(job.name, outputs, parts), deadline),
      stopping,
    );
  } catch (error) {
    if (error !== noLongerOurs) parts.onCrash(error);
    return 0;
  }
}

async function emit(name: string, outputs: readonly Output[], parts: JobParts): Promise<void> {
  const { clock, outbox, telemetry } = parts;
  const span = startRootSpan(name);
  const now = clock.now();
  await parts.send(outputs.map((output) => outbox.one(output, now, { span })));
  for (const output of outputs) countOutput(telemetry, output);
  span.end("emit", false);
}
