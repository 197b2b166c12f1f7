/**
 * Every naughty string in every place of every route that the running gateway has, and everything odd that is no text, as each
 * kind of sender; on the real stack, with a gateway that its own main has composed.
 */
import { performance } from "node:perf_hooks";
import { readStackConfig } from "#shared/platform/config/stack-config.ts";
import { stackOptionsFrom } from "#stack/options.ts";
import { startStack } from "#stack/stack.ts";
import { type NaughtyRequest, oddRequests, requestsWith } from "#tests/support/naughty/naughty-requests.ts";
import { type SweepResult, senders } from "#tests/support/naughty/naughty-sweep.ts";
import { startNaughtyWorld } from "#tests/support/naughty/naughty-world.ts";
import type { SweptRoute } from "#tests/support/naughty/swept-routes.ts";
import { naughtyStrings } from "#tests/support/naughty-strings.ts";
import { writeFigures } from "./proof-page.ts";

export async function proveNaughty(): Promise<boolean> {
  await startStack(stackOptionsFrom(readStackConfig(), (line) => void process.stderr.write(`${line}\n`)));
  const swept = await startNaughtyWorld();
  try {
    const begun = performance.now();
    const rows = ["| route | requests | answers | 5xx | let in | not answered |", "|---|---|---|---|---|---|"];
    let [isHeld, all] = [true, 0];
    for (const route of swept.routes) {
      const result = await swept.sweep(requestsTo(route));
      const bad = [...result.failed, ...result.strangersLetIn, ...result.unanswered];
      for (const line of bad) process.stderr.write(`${line}\n`);
      isHeld &&= bad.length === 0;
      all += result.asked;
      rows.push(rowOf(route, result));
      process.stdout.write(`${rows.at(-1)}\n`);
    }
    const mailed = await swept.goodEvent();
    const seconds = Math.round((performance.now() - begun) / 1_000);
    rows.push(
      "",
      `${all.toLocaleString("en")} requests: ${naughtyStrings.length} strings, ${swept.routes.length} routes, ${senders.length} kinds of senders, ${seconds} s. A good event behind them: ${mailed.length} of 2 mails at the provider.`,
    );
    writeFigures("naughty", rows);
    process.stdout.write(`${rows.at(-1)}\n`);
    return isHeld && mailed.length === 2;
  } finally {
    await swept.world.close();
  }
}

function* requestsTo(route: SweptRoute): Iterable<NaughtyRequest> {
  for (const text of naughtyStrings) yield* requestsWith(text, route);
  yield* oddRequests(route);
}

function rowOf({ method, path }: SweptRoute, { asked, statuses, failed, strangersLetIn, unanswered }: SweepResult) {
  const answers = senders.map((sender) => {
    const own = [...statuses]
      .filter(([key]) => key.startsWith(`${sender} `))
      .toSorted(([a], [b]) => a.localeCompare(b));
    return `${sender} ${own.map(([key, count]) => `${key.slice(sender.length + 1)} × ${count}`).join(", ")}`;
  });
  return `| \`${method} ${path}\` | ${asked.toLocaleString("en")} | ${answers.join("; ")} | ${failed.length} | ${strangersLetIn.length} | ${unanswered.length} |`;
}
