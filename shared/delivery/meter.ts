import type { BreakerState } from "./breaker.ts";

/** What senders count; wired to the metrics by whoever assembles them. Channels and providers as labels write them. */
export interface SendMeter {
  /** A call reached the provider, or may have, although an earlier call of its message ended unknown: at most this many are doubled. */
  ambiguousSend(channel: string): void;
  /** One provider call: `accepted`, `unreached`, `unknown`, or what the provider's code asks for. */
  providerRequest(channel: string, provider: string, outcome: string, seconds: number): void;
  breakerState(provider: string, state: BreakerState): void;
  /** The provider refused a push token for good. */
  tokenInvalid(code: string): void;
  /** A code that somebody must look at, an unknown one included. */
  alert(channel: string, provider: string, code: string, level: "P0" | "P1" | "P2"): void;
}

/** Counts nothing. */
export const silentMeter: SendMeter = {
  ambiguousSend: () => {},
  providerRequest: () => {},
  breakerState: () => {},
  tokenInvalid: () => {},
  alert: () => {},
};
