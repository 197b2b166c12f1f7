import type { Status } from "#shared/contracts/records.ts";

/** The columns of the books, beside what was accepted: every message is in one of them. */
export const accounts = [
  "sent",
  "blocked",
  "deferred",
  "digested",
  "expired",
  "cancelled",
  "failed",
  "in flight",
] as const;

/** One of `accounts`. */
export type Account = (typeof accounts)[number];

/** The account of a message by its status. What was sent stays sent, whatever a provider reports of it afterwards. */
const accountOfStatus: Readonly<Record<Lowercase<Exclude<Status, "UNKNOWN">>, Account>> = {
  queued: "in flight",
  scheduled: "deferred",
  digested: "digested",
  sent: "sent",
  delivered: "sent",
  bounced: "sent",
  complained: "sent",
  suppressed: "blocked",
  dropped: "blocked",
  expired: "expired",
  cancelled: "cancelled",
  failed: "failed",
};

/** How many messages of a tenant, first decided in one hour, have a status. */
export interface StatusCount {
  readonly tenantId: string;
  /** ISO 8601, at its beginning. */
  readonly hour: string;
  /** As `comms_message` has it. */
  readonly status: string;
  readonly messages: number;
}

/** How many of a tenant and hour are missing: messages that wait for a record that nobody handles, or records before their first decision. */
export interface RemainderCount {
  readonly tenantId: string;
  /** ISO 8601, at its beginning. */
  readonly hour: string;
  /** Under which these messages are counted already; null for records before a decision, which are counted nowhere else. */
  readonly status: string | null;
  readonly records: number;
}

/** The books of one tenant and hour: `accepted` is the sum of all others. */
export interface Balance extends Readonly<Record<Account, number>> {
  readonly tenantId: string;
  readonly hour: string;
  readonly accepted: number;
  readonly remainder: number;
}

/** The books by hour and tenant, in that order. */
export function balance(counts: readonly StatusCount[], remainders: readonly RemainderCount[]): readonly Balance[] {
  const lines: readonly Line[] = [
    ...counts.map(({ tenantId, hour, status, messages }) => ({ tenantId, hour, into: accountOf(status), n: messages })),
    ...remainders.flatMap(({ tenantId, hour, status, records }): readonly Line[] => [
      { tenantId, hour, into: "remainder", n: records },
      ...(status === null ? [] : [{ tenantId, hour, into: accountOf(status), n: -records }]),
    ]),
  ];
  const books = Map.groupBy(lines, ({ tenantId, hour }) => `${hour} ${tenantId}`);
  return [...books.entries()]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, [first, ...rest]]) => (first === undefined ? [] : [add(first, [first, ...rest])]));
}

interface Line {
  readonly tenantId: string;
  readonly hour: string;
  readonly into: Account | "remainder";
  readonly n: number;
}

function add({ tenantId, hour }: Line, lines: readonly Line[]): Balance {
  const sum = (name: Line["into"]) => lines.reduce((all, { into, n }) => all + (into === name ? n : 0), 0);
  const columns = Object.fromEntries(accounts.map((account) => [account, sum(account)])) as Record<Account, number>;
  return {
    tenantId,
    hour,
    accepted: lines.reduce((all, { n }) => all + n, 0),
    ...columns,
    remainder: sum("remainder"),
  };
}

/** A status that this version does not know is under way: nothing says that it has ended. */
function accountOf(status: string): Account {
  return status in accountOfStatus ? accountOfStatus[status as keyof typeof accountOfStatus] : "in flight";
}
