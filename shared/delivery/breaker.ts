import CircuitBreaker from "opossum";
import { AppError, codeOf } from "#shared/platform/errors/app-error.ts";

/** `closed`: calls pass. `half_open`: one probe at a time passes. `open`: none passes. */
export type BreakerState = "closed" | "half_open" | "open";

/** Settings of a breaker; every time is in ms. */
export interface BreakerOptions {
  /** The id of its account. */
  readonly account: string;
  /** How long it stays open before one call may probe, a fifth more or less. Default 10,000. */
  readonly openMs?: number;
  /** In [0, 1), drawn at each opening. A provider that fails as often as we probe would never be met while it works. */
  readonly random?: () => number;
  /** The window over which failures count, in tenths. Default 10,000. */
  readonly windowMs?: number;
  /** Opens when more than this share of the window's calls failed, percent. Default 50. */
  readonly failurePercent?: number;
  /**
   * Calls in the window below which it never opens; so many failures in a row open it at once, whatever went well before
   * them in the window. Default 10.
   */
  readonly volume?: number;
  readonly onState?: (state: BreakerState) => void;
}

/** Keeps calls from a provider that is down. It knows nothing of messages: the caller says which value is a failure. */
export interface Breaker {
  /** Throws the retryable `AppError` `PROVIDER_UNAVAILABLE`, with the wait until the next probe, while it is open. */
  admit(): void;
  /**
   * Makes the call and returns its value; a value for which `isFailure` is true counts against the provider. A rejection
   * passes and counts too. Throws as `admit` does, without calling, while it is open or a probe is under way.
   */
  run<T>(call: () => Promise<T>, isFailure: (value: T) => boolean): Promise<T>;
  /** Opens it at once: the provider said that nothing will go through. */
  trip(): void;
  state(): BreakerState;
  close(): void;
}

/** Carries a value that is a failure through opossum, which counts what is thrown. */
class FailureValue extends Error {
  readonly value: unknown;
  constructor(value: unknown) {
    super("The call failed");
    this.value = value;
  }
}

/**
 * opossum's breaker, one a provider account and process. Its timeout is off: a call has its own deadline, and giving up
 * on it from outside would lose its result. Its timers do not keep the process up.
 */
export function createBreaker(options: BreakerOptions): Breaker {
  const { openMs = 10_000, volume = 10, random = Math.random } = options;
  const drawOpenMs = () => Math.round(openMs * (0.8 + 0.4 * random()));
  const circuit = new CircuitBreaker((call: () => Promise<unknown>) => call(), {
    name: options.account,
    timeout: false,
    resetTimeout: drawOpenMs(),
    rollingCountTimeout: options.windowMs ?? 10_000,
    rollingCountBuckets: 10,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
    errorThresholdPercentage: options.failurePercent ?? 50,
    volumeThreshold: volume,
  });
  const { options: timing } = circuit as unknown as { readonly options: { resetTimeout: number } };
  let probeAt = 0;
  let failuresInARow = 0;
  circuit.on("open", () => {
    probeAt = performance.now() + timing.resetTimeout;
    // opossum has started its timer; this is for the next opening.
    timing.resetTimeout = drawOpenMs();
    options.onState?.("open");
  });
  circuit.on("halfOpen", () => options.onState?.("half_open"));
  circuit.on("close", () => options.onState?.("closed"));

  /** A call that ends after the breaker has opened, or while it probes, is not counted here. */
  function count(isFailure: boolean): void {
    failuresInARow = isFailure ? failuresInARow + 1 : 0;
    if (failuresInARow < volume || circuit.opened || circuit.halfOpen) return;
    failuresInARow = 0;
    circuit.open();
  }

  function refusal(): AppError {
    const retryAfterMs = Math.max(100, Math.ceil(probeAt - performance.now()));
    return new AppError("PROVIDER_UNAVAILABLE", `The breaker of ${options.account} is open`, {
      retryable: true,
      retryAfterMs,
    });
  }

  return {
    admit: () => {
      if (circuit.opened) throw refusal();
    },
    run: async <T>(call: () => Promise<T>, isFailure: (value: T) => boolean): Promise<T> => {
      try {
        return (await circuit.fire(async () => {
          const value = await call();
          const failed = isFailure(value);
          count(failed);
          if (failed) throw new FailureValue(value);
          return value;
        })) as T;
      } catch (error) {
        if (error instanceof FailureValue) return error.value as T;
        throw codeOf(error) === "EOPENBREAKER" ? refusal() : error;
      }
    },
    trip: () => circuit.open(),
    state: () => (circuit.opened ? "open" : circuit.halfOpen ? "half_open" : "closed"),
    close: () => circuit.shutdown(),
  };
}
