import type { AttemptBatch } from "#shared/contracts/records.ts";
import { attemptBatch, type CallRef, type LoggedCall } from "#shared/domain/delivery/attempt-batch.ts";
import type { Job } from "#shared/domain/outcome/job.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { unlessAway } from "./reconciler.ts";

/** How far apart two batches begin at least, ms, where a call waits that somebody waits for. */
export const expressSpacingMs = 10;

/** The same where all calls that wait are bulk. */
export const bulkSpacingMs = 20;

/** Withdrawals that wait at most, some 2 MB; beyond, the oldest is forgotten, which leaves a doubt standing if the ledger is wiped. */
export const withdrawnMax = 10_000;

/** How often withdrawals are written that no call takes along, ms. */
const everyMs = 1_000;

/** A call that is about to be made, and whether somebody waits for it. */
export interface Announcement extends Omit<LoggedCall, "recordedAt"> {
  readonly isExpress: boolean;
}

/** Puts on the log, before they begin, which calls a sender is about to make; calls that come together share a record. */
export interface AttemptLog {
  /**
   * Resolves once the log holds the call: from then on, nobody who reads the log may take it for never made. Rejects as
   * `Producer.send` does; then the log may hold it all the same, and the caller withdraws it.
   */
  announce(call: Announcement): Promise<void>;
  /** Says with the next batch that an announced call was not made. What was never announced is withdrawn without harm. */
  withdraw(call: CallRef): void;
  /** Writes each second what was withdrawn and waits for a batch. Fails as `Producer.send` does. */
  readonly job: Job;
  /** Writes them once more at the end of the process; what the log does not take then leaves a doubt standing if the ledger is wiped. */
  close(): Promise<void>;
}

/** What an attempt log writes with. */
export interface AttemptLogParts {
  /** Resolves once all replicas hold the batch. */
  readonly write: (batch: AttemptBatch) => Promise<unknown>;
  /** Names this running process and no other; the owners of all claims begin with it. */
  readonly sender: string;
  readonly clock: Clock;
}

/** For senders whose calls are harmless to repeat: nothing has to be known of them. */
export const noAttemptLog: AttemptLog = {
  announce: async () => {},
  withdraw: () => {},
  job: { name: "withdraw attempts", run: async () => everyMs },
  close: async () => {},
};

interface Waiting {
  readonly call: Announcement;
  readonly written: PromiseWithResolvers<void>;
}

/**
 * The attempt log of one sender. What is idle writes at once; under load batches begin at least their spacing apart, so that the
 * log gets a few hundred records a second at most, whatever the rate of calls.
 */
export function createAttemptLog({ write, sender, clock }: AttemptLogParts): AttemptLog {
  let waiting: Waiting[] = [];
  let withdrawn: CallRef[] = [];
  let writes = 0;
  let lastAt: Instant | undefined;
  let due: { readonly at: Instant; readonly cancel: AbortController } | undefined;

  async function flush(): Promise<void> {
    due?.cancel.abort();
    due = undefined;
    const [calls, given] = [waiting, withdrawn];
    if (calls.length === 0 && given.length === 0) return;
    [waiting, withdrawn] = [[], []];
    lastAt = clock.now();
    const head = { sender, number: ++writes, recorded_at: lastAt };
    try {
      await write(attemptBatch(head, { calls: calls.map(({ call }) => call), withdrawn: given }));
      for (const { written } of calls) written.resolve();
    } catch (error) {
      withdrawn = [...given, ...withdrawn].slice(-withdrawnMax);
      for (const { written } of calls) written.reject(error);
      if (calls.length === 0) throw error;
    }
  }

  /** Flushes when the spacing since the last batch has passed: after this turn of the event loop at the earliest. */
  async function flushWithin(spacingMs: number): Promise<void> {
    const now = clock.now();
    // A clock that was set back holds up nobody for longer than the spacing.
    const sinceMs = lastAt === undefined ? spacingMs : Math.max(0, now - lastAt);
    const at = now + Math.max(0, spacingMs - sinceMs);
    if (due && due.at <= at) return;
    due?.cancel.abort();
    const cancel = new AbortController();
    due = { at, cancel };
    await (at > now ? clock.sleep(at - now, cancel.signal) : new Promise(setImmediate));
    if (!cancel.signal.aborted) await flush();
  }

  return {
    announce: (call) => {
      const written = Promise.withResolvers<void>();
      waiting.push({ call, written });
      void flushWithin(call.isExpress ? expressSpacingMs : bulkSpacingMs);
      return written.promise;
    },
    withdraw: (call) => {
      withdrawn.push(call);
      if (withdrawn.length > withdrawnMax) withdrawn.shift();
    },
    job: {
      name: "withdraw attempts",
      run: async () => {
        await flush();
        return everyMs;
      },
    },
    close: () => unlessAway(flush()),
  };
}
