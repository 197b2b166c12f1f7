import type { OutRecord } from "#shared/contracts/log-record.ts";
import type { Output } from "#shared/contracts/output.ts";
import type { Job } from "#shared/domain/outcome/job.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import type { Telemetry } from "#shared/platform/telemetry/telemetry.ts";
import { startRootSpan } from "#shared/platform/telemetry/tracing.ts";
import { abandoned, type OutageWatch } from "./outage-watch.ts";
import type { Outbox } from "./outbox.ts";
import { outputWritten } from "./record-telemetry.ts";

/** What the jobs of a stage run with. */
export interface JobParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly outages: OutageWatch;
  readonly outbox: Outbox;
  /** Rejects with retryable `Trouble` where the log does not acknowledge. */
  readonly send: (records: readonly OutRecord[]) => Promise<void>;
  /** Aborts when the stage stops: no further turn begins. */
  readonly stopping: AbortSignal;
  /** Aborts when the deadline of the stop has passed, and ends a turn under way. */
  readonly deadline: AbortSignal;
  /** Whether the stage takes no more work, whatever the reason. */
  readonly closed: () => boolean;
  readonly onCrash: (error: unknown) => void;
}

/**
 * Runs a job again and again, after the wait that each turn asks for, until the stage closes. Trouble outside is waited
 * out within a turn; anything unknown goes to `onCrash`. Never rejects.
 */
export async function runJob(job: Job, parts: JobParts): Promise<void> {
  while (!parts.closed()) {
    const waitMs = await turn(job, parts);
    await parts.clock.sleep(waitMs, parts.stopping);
  }
}

async function turn(job: Job, parts: JobParts): Promise<number> {
  const { clock, outages: trouble, stopping, deadline } = parts;
  try {
    return await trouble.call(
      () => job.run(clock.now(), (outputs) => emit(job.name, outputs, parts), deadline),
      stopping,
    );
  } catch (error) {
    if (error !== abandoned) parts.onCrash(error);
    return 0;
  }
}

async function emit(name: string, outputs: readonly Output[], parts: JobParts): Promise<void> {
  const { clock, outbox, telemetry } = parts;
  const span = startRootSpan(name);
  const now = clock.now();
  await parts.send(outputs.map((output) => outbox.one(output, now, span)));
  for (const output of outputs) outputWritten(telemetry, output);
  span.end("emit", false);
}
