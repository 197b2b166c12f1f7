import type { ProviderAccount } from "./accounts.ts";
import type { BreakerState } from "./breaker.ts";
import type { ProviderAlert } from "./providers/provider-alarm.ts";

/** One provider call, as its metric has it. */
export interface ProviderRequest {
  readonly channel: string;
  readonly provider: string;
  /** `accepted`, `unreached`, `unknown`, or what the row of the provider's code asks for. */
  readonly outcome: string;
  readonly seconds: number;
}

/** What senders count. `assemble.ts` connects it to metrics and log. Channels and providers are written as in labels. */
export interface SendMeter {
  /**
   * A call is about to be made although the result of an earlier call of its message is unknown. At most this many messages
   * were sent twice.
   */
  ambiguousSend(channel: string): void;
  providerRequest(request: ProviderRequest): void;
  breakerState(account: Pick<ProviderAccount, "id" | "provider">, state: BreakerState): void;
  /** The provider refused a push token for good. */
  tokenInvalid(code: string): void;
  alert(alert: ProviderAlert): void;
}

/** Counts nothing. */
export const silentMeter: SendMeter = {
  ambiguousSend: () => {},
  providerRequest: () => {},
  breakerState: () => {},
  tokenInvalid: () => {},
  alert: () => {},
};
