import type { Health } from "#shared/platform/http/health-server.ts";
import type { Metrics } from "#shared/platform/telemetry/metrics.ts";
import type { ShellState } from "./shell-parts.ts";

/** Something that a process hosts: a stage in its shell, or the gateway. */
export interface HostedService {
  readonly name: string;
  start(): Promise<void>;
  /** Finishes what it has in hand within the deadline. */
  stop(deadlineMs: number): Promise<void>;
  state(): ShellState;
}

/** Records in hand and none done with for so long: the stage is wedged, ms. Longer than any provider call may take. */
const stalledMsMax = 60_000;

/** One process and what it hosts. Health speaks for all of them: one wedged stage makes the process unlive. */
export class Host {
  readonly #hosted: readonly HostedService[];
  readonly #metrics: Metrics;
  readonly #started: HostedService[] = [];
  readonly health: Health;

  constructor(hosted: readonly HostedService[], metrics: Metrics) {
    this.#hosted = hosted;
    this.#metrics = metrics;
    this.health = {
      live: () =>
        this.#first(({ stalledMs, stage }) =>
          stalledMs > stalledMsMax ? `${stage}: no progress for ${stalledMs} ms` : undefined,
        ),
      ready: () =>
        this.#unstarted() ?? this.#first(({ ready, stage, why }) => (ready ? undefined : `${stage}: ${why}`)),
      metrics: () => this.#metrics.text(),
    };
  }

  /** Starts them one beside the other; rejects with the first failure. */
  async start(): Promise<void> {
    await Promise.all(
      this.#hosted.map(async (one) => {
        await one.start();
        this.#started.push(one);
      }),
    );
  }

  /** Stops all of them beside one another within the deadline. */
  async stop(deadlineMs: number): Promise<void> {
    await Promise.allSettled(this.#hosted.map((one) => one.stop(deadlineMs)));
  }

  states(): readonly ShellState[] {
    return this.#hosted.map((one) => one.state());
  }

  #unstarted(): string | undefined {
    const waiting = this.#hosted.filter((one) => !this.#started.includes(one));
    return waiting.length === 0 ? undefined : `starting: ${waiting.map(({ name }) => name).join(", ")}`;
  }

  #first(say: (state: ShellState) => string | undefined): string | undefined {
    const faults = this.states().flatMap((state) => say(state) ?? []);
    return faults.length === 0 ? undefined : faults.join("\n");
  }
}
