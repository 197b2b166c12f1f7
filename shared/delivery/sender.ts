import type { Send } from "#shared/contracts/records.ts";
import type { TopicName } from "#shared/contracts/topics.ts";
import { decideSend } from "#shared/domain/delivery/decide-send.ts";
import type { AddressedTarget, SendFacts } from "#shared/domain/delivery/facts.ts";
import { defaultPolicy, type SendPolicy } from "#shared/domain/delivery/policy.ts";
import { channelName, type KnownChannel } from "#shared/domain/message/channel.ts";
import type { ArtifactStore } from "#shared/platform/artifacts/artifact-store.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import type { AddressHasher } from "#shared/platform/crypto/address-hash.ts";
import type { StageProcessor } from "#shared/runtime/processor.ts";
import type { Ledger } from "#shared/state/ledger/ledger.ts";
import type { SentArchive } from "#shared/state/ledger/sent-archive.ts";
import type { Views } from "#shared/state/views/views.ts";
import type { ChannelAdapter } from "./adapter.ts";
import type { Breaker } from "./breaker.ts";
import type { RateBudget } from "./budget.ts";
import { gather } from "./gather.ts";
import { type SendMeter, silentMeter } from "./meter.ts";
import { type PerformParts, perform } from "./perform.ts";
import { sendOutcome } from "./send-outcome.ts";

/** The call that `decide` asks for. */
export interface SendEffect {
  readonly to: readonly AddressedTarget[];
}

/** What a sender is made of. `assemble.ts` has the usual ones. */
export interface SenderParts {
  readonly channel: KnownChannel;
  readonly adapter: ChannelAdapter;
  readonly views: Pick<Views, "persons" | "suppressions">;
  readonly ledger: Ledger;
  readonly archive: SentArchive;
  readonly artifacts: Pick<ArtifactStore, "get">;
  readonly hasher: AddressHasher;
  readonly breaker: Breaker;
  readonly budget: RateBudget;
  readonly clock: Clock;
  /** Names this running process and no other, ever: host, pid and something drawn at start. Holds no `|`. */
  readonly owner: string;
  /** Framed Avro, for the records that go out by the schedule: `codec.encode`. */
  readonly encode: (topic: TopicName, send: Send) => Buffer;
  /** The provider account that the rate budget counts. Default `<provider>:default`. */
  readonly account?: string;
  readonly meter?: SendMeter;
  readonly policy?: Partial<SendPolicy>;
}

/** How many this process has made: two senders of one channel in one process must not take each other for themselves. */
let senders = 0;

/**
 * The sender of one channel. All channels differ only in their adapter. Looks at everything once more before the call
 * (is it over, expired, suppressed, unwanted, in the night), calls the provider once at most for each attempt, and tells
 * how it ended.
 */
export function createSender(parts: SenderParts): StageProcessor<Send, SendFacts, SendEffect> {
  const channel = channelName(parts.channel);
  if (parts.owner.includes("|")) throw new RangeError(`A sender's owner holds no '|', which '${parts.owner}' does`);
  const topic = `comms.send.${channel}` as TopicName;
  const name = { stage: `${channel}-sender`, topic, encode: parts.encode };
  const policy = { ...defaultPolicy, ...parts.policy };
  const owner = `${parts.owner}.${++senders}`;
  let tries = 0;
  const performing: PerformParts = {
    ...parts,
    name,
    policy,
    meter: parts.meter ?? silentMeter,
    account: parts.account ?? `${parts.adapter.provider}:default`,
    nextOwner: () => `${owner}#${++tries}`,
  };
  return {
    kind: "stage",
    name: name.stage,
    inputs: [topic, `${topic}.bulk` as TopicName],
    gather: (batch, now) =>
      gather(
        parts,
        batch.map(({ value }) => value),
        now,
      ),
    decide: ({ value: send }, facts, now) => {
      const verdict = decideSend(send, facts, { now, policy });
      if (verdict.kind === "send") return { kind: "perform", effect: { to: verdict.to } };
      return sendOutcome(name, send, verdict, now);
    },
    perform: ({ to }, { value: send }, signal) => perform(performing, send, to, signal),
  };
}
