import { type Answer, unreadableAnswer } from "#shared/domain/delivery/answer.ts";
import { isProviderFailure, rowOfAnswer } from "#shared/domain/delivery/call-result.ts";
import type { AddressedTarget } from "#shared/domain/delivery/facts.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { codeOf } from "#shared/platform/errors/app-error.ts";
import { callDeadlineMs } from "#shared/state/ledger/ledger.ts";
import type { ProviderAccount } from "./accounts.ts";
import type { ChannelAdapter, OutboundMessage } from "./adapter.ts";
import type { SendMeter } from "./meter.ts";

/** What one provider call is made with. */
export interface ProviderCallParts {
  readonly account: Pick<ProviderAccount, "provider" | "adapter" | "breaker">;
  readonly clock: Pick<Clock, "now">;
  readonly meter: SendMeter;
}

/** What is sent, and where. */
interface CallOrder extends Pick<OutboundMessage, "send" | "content"> {
  readonly target: AddressedTarget;
  /** Runs right before the call, if the breaker lets it through. */
  readonly beforeCall?: () => void;
}

const breakerOpen = "BREAKER_OPEN";
/**
 * How long an adapter has, once its signal has aborted, to say what it knows of the call: that nothing went out, for
 * example. Deadline and this together are shorter than the lease of the claim.
 */
const lastWordMs = 250;

/** Whether the breaker refused the call: no connection was made, and nothing went out. */
export function isBreakerRefusal(answer: Answer): boolean {
  return answer.kind === "unreached" && answer.code === breakerOpen;
}

/**
 * Makes one provider call and counts it. Never rejects for what the adapter, the provider or the network did. If the
 * breaker refuses the call (while it probes, it refuses all but one), the answer is that of a call that was never made.
 */
export async function callProvider(parts: ProviderCallParts, { beforeCall, ...message }: CallOrder): Promise<Answer> {
  const { account, clock, meter } = parts;
  const { adapter, breaker, provider } = account;
  const started = clock.now();
  const outbound = { ...message, addressHash: message.target.hash, now: started };
  const answer = await breaker
    .run(
      () => {
        beforeCall?.();
        return callAdapter(adapter, outbound);
      },
      (value) => isProviderFailure(adapter.answers, value),
    )
    .catch(breakerRefusal);
  const channel = channelName(message.send.channel);
  const seconds = (clock.now() - started) / 1_000;
  meter.providerRequest({ channel, provider, outcome: labelOf(adapter, answer), seconds });
  const level = alertLevel(adapter, answer);
  if (level && answer.kind !== "accepted") meter.alert({ channel, provider, code: answer.code, level });
  return answer;
}

/**
 * The adapter's answer. If the adapter throws, it may have called: the result is unknown, and an alert is raised.
 * Throwing from here would end the process, and the next process would make the call again, without end.
 */
async function callAdapter(adapter: Pick<ChannelAdapter, "send">, message: OutboundMessage): Promise<Answer> {
  // Not AbortSignal.timeout: it fires after every call, ended or not, and makes an exception each time.
  const deadline = new AbortController();
  const abort = setTimeout(() => deadline.abort(), callDeadlineMs);
  const overdue = Promise.withResolvers<Answer>();
  const giveUp = setTimeout(() => overdue.resolve({ kind: "unknown", code: "DEADLINE" }), callDeadlineMs + lastWordMs);
  try {
    return await Promise.race([adapter.send(message, deadline.signal), overdue.promise]);
  } catch {
    return { kind: "unknown", code: unreadableAnswer };
  } finally {
    clearTimeout(abort);
    clearTimeout(giveUp);
  }
}

function breakerRefusal(error: unknown): Answer {
  if (codeOf(error) !== "PROVIDER_UNAVAILABLE") throw error;
  return { kind: "unreached", code: breakerOpen };
}

/** The metric's `outcome`: the kind of the answer, or what the row of a refusal asks for. */
function labelOf({ answers }: Pick<ChannelAdapter, "answers">, answer: Answer): string {
  return answer.kind === "refused" ? (rowOfAnswer(answers, answer)?.act ?? "unknown") : answer.kind;
}

function alertLevel({ answers }: Pick<ChannelAdapter, "answers">, answer: Answer) {
  if (answer.kind === "refused") return rowOfAnswer(answers, answer)?.alert;
  return answer.kind === "unknown" && answer.code === unreadableAnswer ? "P1" : undefined;
}
