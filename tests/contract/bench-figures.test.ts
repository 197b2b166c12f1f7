import { describe, expect, test } from "vitest";
import { processGroups } from "#cli/process-groups.ts";
import type { Usage } from "#tests/bench/account.ts";
import { drainFigures, medianRun } from "#tests/bench/drain-figures.ts";
import { layouts } from "#tests/bench/layouts.ts";
import { benchOptions } from "#tests/bench/options.ts";
import { commandsBetween } from "#tests/bench/redis-commands.ts";
import { everything } from "#tests/support/world.ts";

const usage: Usage = {
  cpu: new Map([
    ["path", 4_000],
    ["kafka", Number.NaN],
    ["redis", 1_000],
    ["double", 600],
    ["generator", 400],
  ]),
  foreignMicros: 200,
  records: { written: 20, read: 32 },
  requests: undefined,
  redis: { fromClients: 23, inScripts: 12 },
  commits: 3,
};
const delivery = { count: 2, mailsPerSecond: 12.345, waits: [5, 40], lost: 0, twice: 1 };

describe("the figures of a run", () => {
  const figures = drainFigures("drain", usage, delivery);

  test("are by the message, and tell the double and the generator apart", () => {
    expect(figures).toMatchObject({
      mails_per_second: 12.3,
      cpu_us_per_event: 3_000,
      own_cpu_us_per_event: 2_500,
      by_process: { path: 2_000 },
      redis: 500,
      double: 300,
      records_written: 10,
      records_read: 16,
      redis_commands: 11.5,
      pg_commits: 1.5,
      foreign_us_per_event: 100,
      p50_ms: 5,
      p95_ms: 40,
      twice: 1,
    });
  });

  test("say null, and no number, of a broker that is not on this machine", () => {
    expect(JSON.parse(JSON.stringify(figures))).toMatchObject({ kafka: null, fetches: null, produces: null });
  });
});

describe("the median of runs", () => {
  const run = (cpu_us_per_event: number, lost: number) => ({ cpu_us_per_event, lost, twice: 0 });

  test("is a run by its CPU, with what all runs lost", () => {
    expect(medianRun([run(9, 0), run(3, 1), run(5, 2)])).toEqual(run(5, 3));
  });

  test("is the better one of two", () => {
    expect(medianRun([run(9, 0), run(3, 0)])).toEqual(run(3, 0));
  });
});

test("commands that scripts call are not among those of clients, nor is the counting", () => {
  const before = new Map([["get", 10]]);
  const after = new Map([
    ["get", 14],
    ["hset", 6],
    ["evalsha", 3],
    ["info", 1],
  ]);
  expect(commandsBetween(before, after, 2)).toEqual({ fromClients: 7, inScripts: 6 });
});

describe("the layouts", () => {
  test.each(Object.entries(layouts))(
    "%s hosts everything in so many processes of different names",
    (name, processes) => {
      expect(new Set(processes.map((one) => one.name)).size).toBe(Number(name));
      expect(processes).toHaveLength(Number(name));
      const hosted: readonly string[] = processes.flatMap(({ hosts }) => hosts);
      expect([...new Set(hosted)].filter((one) => one !== "admin").toSorted()).toEqual(everything.toSorted());
      // What a process more is there for is the path alone.
      const often = hosted.filter((one, at) => hosted.indexOf(one) !== at);
      expect(often.filter((one) => !(processGroups.path as readonly string[]).includes(one))).toEqual([]);
    },
  );
});

describe("the options of a bench", () => {
  test("have a default each", () => {
    expect(benchOptions(["drain"])).toEqual({
      suites: ["drain"],
      count: undefined,
      rate: undefined,
      layout: "2",
      latencyMs: 0,
      channel: "email",
      runs: 1,
      senders: 1,
      minutes: 10,
    });
  });

  test.each([
    ["--count=0", "COUNT must be a whole number from 1 on, not '0'"],
    ["--rate=2.5", "RATE must be a whole number from 1 on, not '2.5'"],
    ["--layout=5", "LAYOUT must be one of 1, 2, 3, 4, 13, not '5'"],
    ["--channel=fax", "CHANNEL must be one of email, push, sms, not 'fax'"],
  ])("%s is refused with a sentence", (argument, sentence) => {
    expect(() => benchOptions([argument])).toThrow(sentence);
  });
});
