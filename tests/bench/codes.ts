import { eventually } from "#tests/support/world/eventually.ts";
import { deliveryOf, untilTakenAll, warmUp, withDrainBench } from "./drain.ts";
import { figure, heading, percentile, spread } from "./figures.ts";
import { hopWaits } from "./hops.ts";
import { codesTo, feedAtOnce, feedAtRate, messagesTo, runName } from "./load.ts";
import type { BenchOptions } from "./options.ts";

const bulkCount = 100_000;
const codesPerSecond = 5;
const codesSeconds = 60;
/** What a code may wait behind bulk mail at p99, ms. */
const waitMsMax = 200;
/** So many bulk mails are sent before the first code comes: the backlog has reached the senders. */
const bulkMoving = 500;

/** What security codes wait while bulk mail waits. */
export interface CodesFigures {
  readonly suite: "codes";
  readonly codes: number;
  readonly bulk: number;
  /** Bulk mails that still waited when the last code had come: 0 says that the codes had an empty road. */
  readonly bulk_waiting: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly p99_ms: number;
  readonly max_ms: number;
  /** Whether 99 of 100 codes waited for no longer than 200 ms, with bulk mails behind them to the end. */
  readonly met: boolean;
  /** Of the codes; the bulk mails are not waited for. */
  readonly lost: number;
  readonly twice: number;
}

/** Security codes by text and mail, five a second for a minute, behind a backlog of bulk mail. */
export async function benchCodes(options: BenchOptions): Promise<CodesFigures> {
  const bulk = options.count ?? bulkCount;
  heading(`${codesPerSecond * codesSeconds} security codes behind ${bulk} bulk mails`);
  return withDrainBench(options, async (bench) => {
    const { world, crowd, tail } = bench;
    await warmUp(bench, "email");
    const campaign = messagesTo(crowd, "email", runName("b"));
    const bulkLoad = await feedAtOnce(world, campaign, { count: bulk, topic: "comms.events.bulk" });
    const taken = () => deliveryOf(bulkLoad, tail, 0).count - deliveryOf(bulkLoad, tail, 0).lost;
    const moving = Math.min(bulkMoving, Math.floor(bulk / 2));
    await eventually(() => taken() >= moving, "the bulk mails to move", { ms: 300_000, pollMs: 500 });
    const began = Date.now();
    const rate = { perSecond: codesPerSecond, seconds: codesSeconds };
    const codes = await feedAtRate(world, codesTo(crowd, runName("c")), rate);
    await untilTakenAll(bench, codes);
    const { waits, count, lost, twice } = deliveryOf(codes, tail, began);
    const waiting = bulk - taken();
    figure("event → provider, codes", spread(waits));
    for (const [name, hop] of Object.entries(await hopWaits(world))) figure(`of these in the ${name}`, spread(hop));
    figure("bulk mails that still wait", `${waiting} of ${bulk}`);
    const at = (share: number) => Math.round(percentile(waits, share));
    return {
      suite: "codes",
      codes: count,
      bulk,
      bulk_waiting: waiting,
      p50_ms: at(0.5),
      p95_ms: at(0.95),
      p99_ms: at(0.99),
      max_ms: at(1),
      met: waiting > 0 && at(0.99) <= waitMsMax,
      lost,
      twice,
    };
  });
}
