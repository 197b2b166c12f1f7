import { type AuditRow, auditHash, auditHashVersion } from "./audit-row.ts";
import type { ChainHead, StoredAuditRow } from "./read-chain.ts";

/** What is wrong with a chain, in a sentence, and where. */
export interface ChainFault {
  /** The row that the fault is seen at; null where it is gone. */
  readonly auditId: string | null;
  /** Its place, or that of the first that is gone. */
  readonly number: number;
  readonly fault: string;
}

/** What a verification found. */
export interface ChainReport {
  readonly rows: number;
  /** Rows of releases before hashes could be computed again: only that they follow one another was checked. */
  readonly linkedOnly: number;
  readonly faults: readonly ChainFault[];
}

/** Faults that are told; more say nothing new. */
const faultsMax = 100;

/**
 * Checks one chain: each row against its hash, each against the one before, the numbers for gaps, and the chain against heads that were
 * written down elsewhere at earlier times, which shows an end that was cut off and a chain that was made anew. What was added and
 * removed between two heads leaves no trace. Rows come in their order, the oldest first.
 */
export async function verifyChain(
  rows: AsyncIterable<StoredAuditRow>,
  heads: readonly ChainHead[],
): Promise<ChainReport> {
  const check = new ChainCheck(heads);
  for await (const row of rows) check.add(row);
  return check.end();
}

class ChainCheck {
  readonly #hashes: ReadonlyMap<number, string>;
  readonly #lastHead: number;
  readonly #faults: ChainFault[] = [];
  #rows = 0;
  #linkedOnly = 0;
  #hash: string | null = null;
  #number = 0;

  constructor(heads: readonly ChainHead[]) {
    this.#hashes = new Map(heads.map(({ number, hash }) => [number, hash]));
    this.#lastHead = Math.max(0, ...this.#hashes.keys());
  }

  add(row: StoredAuditRow): void {
    this.#rows++;
    const number = row.number ?? this.#number + 1;
    if (number > this.#number + 1) this.#gone(this.#number + 1, number - 1);
    else if (row.previousHash !== this.#hash) this.#fault(row, number, "does not follow the row before it");
    if (!row.hash.startsWith(auditHashVersion)) this.#linkedOnly++;
    else if (auditHash(hashed(row, number)) !== row.hash) this.#fault(row, number, "is not as it was written");
    const head = this.#hashes.get(number);
    if (head !== undefined && head !== row.hash) this.#fault(row, number, "is another row than the one that was there");
    this.#hash = row.hash;
    this.#number = number;
  }

  end(): ChainReport {
    if (this.#lastHead > this.#number) this.#gone(this.#number + 1, this.#lastHead);
    return { rows: this.#rows, linkedOnly: this.#linkedOnly, faults: this.#faults };
  }

  #gone(from: number, to: number): void {
    const which = from === to ? `Row ${from} is gone` : `Rows ${from} to ${to} are gone`;
    this.#push({ auditId: null, number: from, fault: which });
  }

  #fault({ auditId }: StoredAuditRow, number: number, what: string): void {
    this.#push({ auditId, number, fault: `Row ${number} ${what}` });
  }

  #push(fault: ChainFault): void {
    if (this.#faults.length < faultsMax) this.#faults.push(fault);
  }
}

function hashed(row: StoredAuditRow, number: number): AuditRow {
  const { auditId, tenantId, actor, action, target, reason, at, diff, beforeHash, afterHash, previousHash } = row;
  return { auditId, tenantId, number, actor, action, target, reason, at, diff, beforeHash, afterHash, previousHash };
}
