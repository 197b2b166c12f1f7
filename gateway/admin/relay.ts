import { readChainHeads } from "#shared/control/audit/read-chain.ts";
import { createOutboxBell } from "#shared/control/outbox/outbox-bell.ts";
import { createOutboxTable, type OutboxRow } from "#shared/control/outbox/outbox-table.ts";
import { runRelay, sendMsMax } from "#shared/control/outbox/relay.ts";
import { AppError, isRetryable } from "#shared/platform/errors/app-error.ts";
import { late, within } from "#shared/platform/kafka/deadline.ts";
import type { Producer } from "#shared/platform/kafka/port.ts";
import { envelope } from "#shared/runtime/outputs/envelope.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";

/** How far apart heads of the audit are written, ms: what is cut off the end of a chain within it leaves no trace. */
const headEveryMs = 60_000;

/** What carries changes to the log beside the admin API. */
export interface ChangeRelay {
  /** Carries until the signal aborts. Rejects on what no waiting mends. */
  run(signal: AbortSignal): Promise<void>;
  close(deadlineMs: number): Promise<void>;
}

/** The relay of a process, on the pool that is its bell's alone. */
export async function createChangeRelay(platform: ProcessContext): Promise<ChangeRelay> {
  const { clock, telemetry, owner } = platform;
  const pool = platform.postgres();
  const producer = await platform.log().producer();
  const bell = createOutboxBell(
    platform.ownPostgres({ max: 1, connectTimeoutMs: 1_000, statementTimeoutMs: 1_000 }),
    clock,
  );
  const relay = {
    table: createOutboxTable(pool),
    send: (rows: readonly OutboxRow[]) => sendRows(platform, producer, rows),
    clock,
    metrics: telemetry.metrics,
    owner,
    added: bell.added,
  };
  const heads = new HeadWriter(platform, producer);
  return {
    run: async (signal) => void (await Promise.all([bell.run(signal), runRelay(relay, signal), heads.run(signal)])),
    close: (deadlineMs) => producer.close(deadlineMs),
  };
}

async function sendRows(platform: ProcessContext, producer: Producer, rows: readonly OutboxRow[]): Promise<void> {
  const { clock, prefix } = platform;
  const records = rows.map(({ topic, key, value, createdAt }) => {
    const headers = envelope({ stage: "admin", topic, key, value, now: createdAt, trace: {} });
    return { topic: prefix + topic, key, value, headers };
  });
  if ((await within(clock, sendMsMax, producer.send(records))) !== late) return;
  throw new AppError("KAFKA_UNAVAILABLE", `The log has not acknowledged changes within ${sendMsMax} ms`, {
    retryable: true,
  });
}

/** Writes the head of each chain that has grown. */
class HeadWriter {
  readonly #platform: ProcessContext;
  readonly #producer: Producer;
  /** The number of the head that was written last, by tenant. */
  readonly #written = new Map<string, number>();

  constructor(platform: ProcessContext, producer: Producer) {
    this.#platform = platform;
    this.#producer = producer;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#platform;
    while (!signal.aborted) {
      await this.#write().catch(waitOut);
      await clock.sleep(headEveryMs, signal);
    }
  }

  async #write(): Promise<void> {
    const { clock, codec, postgres, prefix } = this.#platform;
    const grown = (await readChainHeads(postgres())).filter(
      ({ tenantId, number }) => this.#written.get(tenantId) !== number,
    );
    if (grown.length === 0) return;
    const now = clock.now();
    const topic = "comms.audit-heads";
    await this.#producer.send(
      grown.map(({ tenantId, number, hash }) => {
        const value = codec().encode(topic, { tenant_id: tenantId, number, hash, recorded_at: now });
        const headers = envelope({ stage: "admin", topic, key: tenantId, value, now, trace: {} });
        return { topic: prefix + topic, key: tenantId, value, headers };
      }),
    );
    for (const { tenantId, number } of grown) this.#written.set(tenantId, number);
  }
}

/** The next minute tries again. */
function waitOut(error: unknown): void {
  if (!isRetryable(error)) throw error;
}
