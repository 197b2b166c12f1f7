import type { Health } from "#shared/platform/http/health-server.ts";
import type { Metrics } from "#shared/platform/telemetry/metrics.ts";
import { stalledMsMax } from "../limits.ts";
import type { ShellState } from "../shell/shell-parts.ts";

/** Something that a process hosts: a stage in its shell, or the gateway. */
export interface HostedService {
  readonly name: string;
  start(): Promise<void>;
  /** Finishes what it has in hand within the deadline. */
  stop(deadlineMs: number): Promise<void>;
  state(): ShellState;
}

/** One process and what it hosts. Its health is that of all of them: one wedged stage makes the process not live. */
export class Host {
  readonly #hosted: readonly HostedService[];
  readonly #metrics: Metrics;
  readonly #started: HostedService[] = [];
  readonly health: Health;

  /** `trouble` says what is the matter with what all of them use; a process in trouble is not ready. */
  constructor(hosted: readonly HostedService[], metrics: Metrics, trouble: () => string | undefined = () => undefined) {
    this.#hosted = hosted;
    this.#metrics = metrics;
    this.health = {
      live: () =>
        this.#problems(({ stalledMs, stage }) =>
          stalledMs > stalledMsMax ? `${stage}: no progress for ${stalledMs} ms` : undefined,
        ),
      ready: () =>
        this.#unstarted() ??
        this.#problems(({ ready, stage, why }) => (ready ? undefined : `${stage}: ${why}`)) ??
        trouble(),
      metrics: () => this.#metrics.text(),
    };
  }

  /** Starts all at once; rejects with the first failure. */
  async start(): Promise<void> {
    await Promise.all(
      this.#hosted.map(async (one) => {
        await one.start();
        this.#started.push(one);
      }),
    );
  }

  /** Stops all at once, within the deadline. */
  async stop(deadlineMs: number): Promise<void> {
    await Promise.allSettled(this.#hosted.map((one) => one.stop(deadlineMs)));
  }

  states(): readonly ShellState[] {
    return this.#hosted.map((one) => one.state());
  }

  #unstarted(): string | undefined {
    const waiting = this.#hosted.filter((one) => !this.#started.includes(one));
    if (waiting.length === 0) return undefined;
    const why = waiting.map((one) => one.state().why).find((reason) => reason !== undefined);
    return `starting: ${waiting.map(({ name }) => name).join(", ")}${why === undefined ? "" : `: ${why}`}`;
  }

  #problems(check: (state: ShellState) => string | undefined): string | undefined {
    const problems = this.states().flatMap((state) => check(state) ?? []);
    return problems.length === 0 ? undefined : problems.join("\n");
  }
}
