import { accounts } from "#shared/domain/books/balance.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Books } from "#shared/state/books/read-books.ts";
import { alignedTable } from "./table.ts";

/** How old the last audit may be before what it found is called old, ms. */
const auditFreshMs = 60_000;

const balanceHead = [
  "HOUR",
  "TENANT",
  "ACCEPTED",
  ...accounts.map((account) => account.toUpperCase().replace(" ", "-")),
  "REMAINDER",
];
const missingHead = ["GROUP", "TOPIC", "PARTITION", "OFFSET", "ID", "TENANT", "WRITTEN"];

/** The books by hour and tenant, what is missing, and how old that is. */
export function booksText(books: Books, now: Instant): string {
  const balances = books.balances.map(({ hour, tenantId, accepted, remainder, ...columns }) =>
    [hour, tenantId, accepted, ...accounts.map((account) => columns[account]), remainder].map(String),
  );
  const missing = books.missing.map(({ group, topic, partition, offset, id, tenantId, writtenAt }) =>
    [group, topic, partition, offset, id || "-", tenantId, new Date(writtenAt).toISOString()].map(String),
  );
  return [
    ...(balances.length > 0 ? [alignedTable([balanceHead, ...balances]), "\n"] : []),
    ...(missing.length > 0 ? [alignedTable([missingHead, ...missing])] : []),
    summaryOf(books, now),
  ].join("");
}

/** A sentence that says what the tables cannot: that nothing is missing, that not all is named, that nobody has looked. */
function summaryOf({ remainder, missing, auditedAt }: Books, now: Instant): string {
  const found =
    remainder === 0 ? "No record is missing" : `${remainder} ${remainder === 1 ? "record is" : "records are"} missing`;
  const named = missing.length < remainder ? `, of which the latest ${missing.length} are named` : "";
  if (auditedAt === null) return "Nobody has looked through the books yet: no projector runs.\n";
  const seconds = Math.max(0, Math.round((now - auditedAt) / 1000));
  const old = now - auditedAt > auditFreshMs ? ": no projector runs, or it waits" : "";
  return `${found}${named}; looked through ${seconds} s ago${old}.\n`;
}
