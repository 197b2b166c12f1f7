import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AuditRow, auditHash } from "#shared/control/audit/audit-row.ts";
import type { ChainHead, StoredAuditRow } from "#shared/control/audit/read-chain.ts";
import { verifyChain } from "#shared/control/audit/verify-chain.ts";

/** A chain as `appendAudit` writes it. */
function chainOf(length: number): StoredAuditRow[] {
  const rows: StoredAuditRow[] = [];
  for (let number = 1; number <= length; number++) {
    const row: AuditRow = {
      auditId: `a${number}`,
      tenantId: "default",
      number,
      actor: "nora",
      action: "flag.set",
      target: { flag: "comms.pause.tenant" },
      reason: `reason ${number}`,
      at: 1_790_000_000_000 + number,
      diff: { value: ["true", "false"] },
      beforeHash: null,
      afterHash: null,
      previousHash: rows.at(-1)?.hash ?? null,
    };
    rows.push({ ...row, seq: String(number), hash: auditHash(row) });
  }
  return rows;
}

async function* pages(rows: readonly StoredAuditRow[]) {
  yield* rows;
}

function headOf({ tenantId, number, hash }: StoredAuditRow): ChainHead {
  return { tenantId, number: number ?? 0, hash };
}

const faultsOf = async (rows: readonly StoredAuditRow[], heads: readonly ChainHead[] = []) =>
  (await verifyChain(pages(rows), heads)).faults.map(({ fault }) => fault);

describe("a chain of the audit", () => {
  it("is whole as it was written, with any of its heads", async () => {
    const rows = chainOf(20);
    expect(await verifyChain(pages(rows), rows.map(headOf))).toEqual({ rows: 20, linkedOnly: 0, faults: [] });
    expect(await faultsOf([])).toEqual([]);
  });

  it("names any one row that was altered in any field, though its hash was left as it is", async () => {
    const changes: Readonly<Record<string, unknown>> = {
      actor: "mallory",
      action: "flag.clear",
      target: { flag: "another" },
      reason: "another",
      at: 1,
      diff: {},
      beforeHash: "x",
      afterHash: "x",
      auditId: "x",
    };
    let cases = 0;
    for (const [field, value] of Object.entries(changes)) {
      for (const at of [0, 9, 19]) {
        const rows = chainOf(20);
        rows[at] = { ...(rows[at] as StoredAuditRow), [field]: value };
        expect(await faultsOf(rows)).toEqual([`Row ${at + 1} is not as it was written`]);
        cases++;
      }
    }
    expect(cases).toBe(27);
  });

  it("names a row that was altered together with its hash, by the next one or by a head", async () => {
    const rows = chainOf(20);
    const forged = { ...(rows[9] as StoredAuditRow), actor: "mallory" };
    const { seq: _seq, hash: _hash, ...hashed } = forged;
    rows[9] = { ...forged, hash: auditHash({ ...hashed, number: 10 }) };
    expect(await faultsOf(rows)).toEqual(["Row 11 does not follow the row before it"]);
    const honest = chainOf(10);
    expect(await faultsOf(rows.slice(0, 10), [headOf(honest[9] as StoredAuditRow)])).toEqual([
      "Row 10 is another row than the one that was there",
    ]);
  });
});

describe("what is gone from a chain of the audit", () => {
  it("names every row that was removed, whichever it is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 30 }), fc.nat(), async (length, pick) => {
        const rows = chainOf(length);
        const heads = [headOf(rows.at(-1) as StoredAuditRow)];
        const at = pick % length;
        rows.splice(at, 1);
        expect(await faultsOf(rows, heads)).toEqual([`Row ${at + 1} is gone`]);
      }),
    );
  });

  it("shows an end that was cut off by the heads alone", async () => {
    const rows = chainOf(20);
    const head = headOf(rows[19] as StoredAuditRow);
    expect(await faultsOf(rows.slice(0, 15), [head])).toEqual(["Rows 16 to 20 are gone"]);
    expect(await faultsOf(rows.slice(0, 15))).toEqual([]);
  });

  it("shows a chain that was made anew from some row on", async () => {
    const rows = chainOf(20);
    const anew = chainOf(20).map((row) => ({ ...row }));
    for (let at = 4; at < 20; at++) {
      const { seq, hash: _hash, ...row } = anew[at] as StoredAuditRow;
      const changed = { ...row, number: at + 1, actor: "mallory", previousHash: anew[at - 1]?.hash ?? null };
      anew[at] = { ...changed, seq, hash: auditHash(changed) };
    }
    expect(await faultsOf(anew)).toEqual([]);
    expect(await faultsOf(anew, [headOf(rows[9] as StoredAuditRow)])).toEqual([
      "Row 10 is another row than the one that was there",
    ]);
  });

  it("checks of rows of older releases only that they follow one another", async () => {
    const rows = chainOf(3).map((row) => ({ ...row }));
    rows[0] = { ...(rows[0] as StoredAuditRow), number: null, hash: "legacy" };
    rows[1] = { ...(rows[1] as StoredAuditRow), number: null, hash: "legacy2", previousHash: "legacy" };
    const last = { ...(rows[2] as StoredAuditRow), previousHash: "legacy2" };
    const { seq, hash: _hash, ...row } = last;
    rows[2] = { ...last, seq, hash: auditHash({ ...row, number: 3 }) };
    expect(await verifyChain(pages(rows), [])).toEqual({ rows: 3, linkedOnly: 2, faults: [] });
    rows.splice(1, 1);
    expect(await faultsOf(rows)).toEqual(["Row 2 is gone"]);
  });
});
