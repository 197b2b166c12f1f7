import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Send } from "#shared/contracts/records.ts";
import type { TopicName } from "#shared/contracts/topics.ts";
import { decideSend } from "#shared/domain/delivery/decide-send.ts";
import { readDoubt, withDoubt } from "#shared/domain/delivery/doubt.ts";
import type { AddressedTarget, SendFacts } from "#shared/domain/delivery/facts.ts";
import type { LedgerState } from "#shared/domain/delivery/ledger-entry.ts";
import { defaultPolicy, type SendPolicy } from "#shared/domain/delivery/policy.ts";
import { channelName, type KnownChannel } from "#shared/domain/message/channel.ts";
import type { ArtifactStore } from "#shared/platform/artifacts/artifact-store.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import type { AddressHasher } from "#shared/platform/crypto/address-hash.ts";
import type { StageProcessor } from "#shared/runtime/processor.ts";
import type { Ledger } from "#shared/state/ledger/ledger.ts";
import type { SentArchive } from "#shared/state/ledger/sent-archive.ts";
import type { Views } from "#shared/state/views/views.ts";
import type { Route } from "./accounts.ts";
import type { AttemptLog } from "./attempt-log.ts";
import { gather } from "./gather.ts";
import { type SendMeter, silentMeter } from "./meter.ts";
import { type PerformParts, perform } from "./perform.ts";
import { createRecentFlags } from "./recent-flags.ts";
import { createReconciler, type Reconciler } from "./reconciler.ts";
import { sendOutcome } from "./send-outcome.ts";

/** The calls that `decide` requests. */
export interface SendEffect {
  readonly to: readonly AddressedTarget[];
}

/** The parts of a sender. `assemble.ts` builds the usual ones. */
export interface SenderParts {
  readonly channel: KnownChannel;
  /** Which account sends a message. */
  readonly route: Route;
  readonly views: Pick<Views, "persons" | "suppressions" | "stops" | "flags">;
  readonly ledger: Ledger;
  /** Whose job the sender's process runs. Left out, what waits in it is tried again with the next batch. */
  readonly reconciler?: Reconciler;
  /** Puts on the log which calls are about to be made. */
  readonly attempts: Pick<AttemptLog, "announce" | "withdraw">;
  readonly archive: SentArchive;
  readonly artifacts: Pick<ArtifactStore, "get">;
  readonly hasher: AddressHasher;
  readonly clock: Clock;
  /** Names this running process and no other, ever: host, pid and a random part drawn at start. Holds no `|`. */
  readonly owner: string;
  /** Framed Avro, for the records that go to the schedule: `codec.encode`. */
  readonly encode: (topic: TopicName, send: Send) => Buffer;
  readonly meter?: SendMeter;
  readonly policy?: Partial<SendPolicy>;
}

/** How many senders this process has made. Two senders of one channel in one process must differ in their owner. */
let senders = 0;

/**
 * The sender of one channel; channels differ only in their accounts. It checks everything once more before the call
 * (whether the message is over, expired, suppressed, unwanted, stopped by a flag, or due in quiet hours), calls the provider at most once
 * for each attempt, and reports the result.
 */
export function createSender(parts: SenderParts): StageProcessor<Send, SendFacts, SendEffect> {
  const channel = channelName(parts.channel);
  if (parts.owner.includes("|")) throw new RangeError(`A sender's owner holds no '|', which '${parts.owner}' does`);
  const topic = `comms.send.${channel}` as TopicName;
  const name = { stage: `${channel}-sender`, topic, encode: parts.encode };
  const policy = { ...defaultPolicy, ...parts.policy };
  const flags = createRecentFlags(parts.views, parts.clock);
  const reconciler = parts.reconciler ?? createReconciler(parts.ledger);
  const owner = `${parts.owner}.${++senders}`;
  let tries = 0;
  const performParts: PerformParts = {
    ...parts,
    flags,
    reconciler,
    name,
    policy,
    meter: parts.meter ?? silentMeter,
    nextOwner: () => `${owner}#${++tries}`,
  };
  return {
    kind: "stage",
    name: name.stage,
    inputs: [topic, `${topic}.bulk` as TopicName],
    gather: async (batch, now) => {
      await reconciler.settle(now);
      const sends = batch.map(({ value }) => value);
      const facts = await gather({ ...parts, flags }, sends, now);
      return facts.map((found, index) => ({ ...found, ledger: ledgerStateOf(batch[index], found) }));
    },
    decide: ({ value: send }, facts, now) => {
      const decision = decideSend(send, facts, { now, policy });
      if (decision.kind === "send") return { kind: "perform", effect: { to: decision.to } };
      return sendOutcome(send, decision, { name, now });
    },
    afterWrite: (outcomes, now) => reconciler.written(outcomes, now),
    perform: ({ to }, { value: send, origin }, signal) =>
      perform(performParts, send, { to, signal, doubtSince: readDoubt(origin.headers) }),
  };
}

/** What the ledger knows of an order, or the order itself. */
function ledgerStateOf(record: DecodedRecord<Send> | undefined, { ledger }: Pick<SendFacts, "ledger">): LedgerState {
  return record ? withDoubt(ledger, readDoubt(record.origin.headers), record.value.attempt) : ledger;
}
