import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { providersAccount } from "#cli/demo/ledger-check.ts";

function ledger(...calls: readonly object[]): string {
  const path = join(mkdtempSync(join(tmpdir(), "carillon-ledger-")), "ledger.ndjson");
  writeFileSync(path, calls.map((call) => `${JSON.stringify(call)}\n`).join(""));
  return path;
}

const taken = { outcome: "accepted", channel: "email", msg_id: "m", recipient: "a@example.com" };
const ids = new Set(["m", "n"]);

describe("the providers' own account", () => {
  it("counts a second call for the same recipient as a duplicate, and a second device as none", async () => {
    const path = ledger(
      taken,
      taken,
      { ...taken, channel: "push", msg_id: "n", recipient: "1" },
      { ...taken, channel: "push", msg_id: "n", recipient: "2" },
    );
    const account = await providersAccount(path, ids);
    expect(account.duplicates).toBe(1);
    expect(account.taken).toEqual(
      new Map([
        ["email", new Set(["m"])],
        ["push", new Set(["n"])],
      ]),
    );
  });

  it("leaves out what was refused, and what belongs to somebody else", async () => {
    const path = ledger({ ...taken, outcome: "MessageRejected" }, { ...taken, msg_id: "other" });
    expect(await providersAccount(path, ids)).toEqual({ taken: new Map(), duplicates: 0 });
  });

  it("is empty where no provider was ever called", async () => {
    expect((await providersAccount("/no/such/ledger", ids)).taken.size).toBe(0);
  });
});
