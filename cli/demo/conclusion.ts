import { sqlFile } from "#shared/platform/postgres/sql-file.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import { exit } from "../command.ts";
import { providersAccount } from "./ledger-check.ts";
import { ownRecords, type Scenario } from "./scenario.ts";
import { missingEnds, sentIds, tally } from "./tally.ts";

const selectInapp = sqlFile(import.meta.url, "./inapp-ids.sql");

interface RunFacts {
  /** The path of the simulator's ledger. */
  readonly ledger: string;
  /** When the demo began, ms since 1970. */
  readonly began: number;
}

/**
 * Counts from the topics, compares with the providers' ledger and prints the summary as the last line. Resolves with the
 * exit code.
 */
export async function concludeDemo(scenario: Scenario, { ledger, began }: RunFacts): Promise<number> {
  const { platform } = scenario;
  const own = ownRecords(scenario);
  const counts = tally(own);
  const ids = new Set(own.decisions.map(({ msg_id }) => msg_id));
  const account = await providersAccount(ledger, ids);
  const taken = new Map([...account.taken, ["inapp", await inappNotes(platform, ids)]]);
  const errors = [...missingEnds(own), ...disagreements(sentIds(own), taken)];
  for (const error of errors) process.stderr.write(`${error}\n`);
  const firstSent = Math.min(
    ...own.feedback.filter(({ status }) => status === "SENT").map(({ recorded_at }) => recorded_at),
  );
  const summary = {
    ...counts,
    duplicates: account.duplicates,
    seconds_to_first_delivery: Math.round((firstSent - began) / 100) / 10,
  };
  process.stdout.write(`${JSON.stringify(summary)}\n`);
  return errors.length > 0 || counts.in_flight > 0 || account.duplicates > 0 ? exit.failed : exit.done;
}

/** Messages that the topics report as sent and no provider took, and the other way round, a sentence for each channel. */
function disagreements(reported: MessagesByChannel, taken: MessagesByChannel): readonly string[] {
  const none: ReadonlySet<string> = new Set();
  return [...new Set([...reported.keys(), ...taken.keys()])].flatMap((channel) => {
    const [ours, theirs] = [reported.get(channel) ?? none, taken.get(channel) ?? none];
    const [untaken, unreported] = [ours.difference(theirs).size, theirs.difference(ours).size];
    return untaken + unreported === 0
      ? []
      : [`${channel}: ${untaken} sent that no provider accepted, ${unreported} accepted that nobody reported`];
  });
}

/** Message ids by channel. */
type MessagesByChannel = ReadonlyMap<string, ReadonlySet<string>>;

async function inappNotes(platform: ProcessContext, ids: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const { rows } = await platform.postgres().query<{ inapp_id: string }>(selectInapp, [[...ids]]);
  return new Set(rows.map((row) => row.inapp_id));
}
