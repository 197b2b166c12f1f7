import { beforeAll, describe, expect, test } from "vitest";
import { type Counts, countsOf } from "#tests/bench/counts.ts";
import { withDrainBench } from "#tests/bench/drain.ts";

const mails = 200;

/** What a mail with its webhook takes, exactly: no retry, no timer and no batch changes it; announced calls aside. */
const recordsWritten = 10;
const recordsRead = 10;

/**
 * Bounds of what depends on how records come together in batches; beside each, what was measured on two cores under other load.
 * Raise none: a change that needs more has made every mail dearer.
 */
const announcementsMax = 0.5; // 0.085 records a mail that announce calls, one at least for all; nobody reads them
const fetchesMax = 1.5; // 0.71
const producesMax = 0.7; // 0.39; 0.72 before webhooks and their feedback were let linger
const redisCommandsMax = 13; // 11.8, two of them for cancellations: asked by the router, and by the sender at the last moment
const pgCommitsMax = 4; // 2.2
const webhookBytesMax = 3_500; // 3,050

let counts: Counts;

beforeAll(async () => {
  counts = await withDrainBench({ layout: "2", latencyMs: 0 }, (bench) => countsOf(bench, mails));
}, 400_000);

describe(`a backlog of ${mails} mails, each with its webhook`, () => {
  test("loses none and sends none twice", () => {
    expect(counts).toMatchObject({ lost: 0, twice: 0 });
  });

  test("takes no more records than it must", () => {
    expect(counts.recordsWritten).toBeGreaterThan(recordsWritten);
    expect(counts.recordsWritten).toBeLessThanOrEqual(recordsWritten + announcementsMax);
    expect(counts.recordsRead).toBe(recordsRead);
  });

  test("takes few requests to the log", () => {
    expect(counts.fetches).toBeLessThan(fetchesMax);
    expect(counts.produces).toBeLessThan(producesMax);
  });

  test("puts a webhook on the log without what only its check needs", () => {
    expect(counts.webhookBytes).toBeLessThan(webhookBytesMax);
  });

  test("takes few commands to Redis", () => {
    expect(counts.redisCommands).toBeLessThan(redisCommandsMax);
  });

  test("takes few commits in Postgres", () => {
    expect(counts.pgCommits).toBeLessThan(pgCommitsMax);
  });
});
