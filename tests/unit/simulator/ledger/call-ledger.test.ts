import { appendFileSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type CallEntry, matchesEntry } from "#simulator/ledger/call-entry.ts";
import { openCallLedger } from "#simulator/ledger/call-ledger.ts";

const entry = (fields: Partial<CallEntry> = {}): CallEntry => ({
  call_id: "c-1",
  time: "2026-01-01T00:00:00.000Z",
  time_ms: 1_767_225_600_000,
  provider: "ses",
  operation: "SendEmail",
  channel: "email",
  recipient: "ada@example.org",
  msg_id: "m-1",
  body_sha256: "00",
  body_bytes: 1,
  status: 200,
  outcome: "accepted",
  ...fields,
});
const newPath = (): string => join(mkdtempSync(join(tmpdir(), "ledger-")), "deep", "ledger.jsonl");

describe("the ledger", () => {
  it("has each line in the file when append resolves, and keeps those of an earlier run", async () => {
    const path = newPath();
    await openCallLedger(path).append(entry());
    const ledger = openCallLedger(path);
    await ledger.append(entry({ call_id: "c-2" }));
    const lines = readFileSync(path, "utf8").split("\n");
    expect(lines.map((line) => line && JSON.parse(line).call_id)).toEqual(["c-1", "c-2", ""]);
    expect(await Array.fromAsync(ledger.read({}))).toHaveLength(2);
    ledger.close();
  });

  it("reads what another process wrote, and goes on at the start after clear", async () => {
    const path = newPath();
    const ledger = openCallLedger(path);
    appendFileSync(path, `${JSON.stringify(entry({ msg_id: "m-2" }))}\n`);
    expect(await Array.fromAsync(ledger.read({ msg_id: "m-2" }))).toHaveLength(1);
    ledger.clear();
    await ledger.append(entry());
    expect(await Array.fromAsync(ledger.read({}))).toEqual([entry()]);
    ledger.close();
  });
});

describe("lines that come together", () => {
  const ids = (path: string) =>
    readFileSync(path, "utf8")
      .split("\n")
      .map((line) => line && (JSON.parse(line) as CallEntry).call_id);

  it("are one write, in their order, and none is said to be there before", async () => {
    const path = newPath();
    const ledger = openCallLedger(path);
    const seen: (readonly string[])[] = [];
    const appends = ["c-1", "c-2", "c-3"].map(async (call_id) => {
      await ledger.append(entry({ call_id }));
      seen.push(ids(path));
    });
    expect(ids(path)).toEqual([""]);
    await Promise.all(appends);
    const all = ["c-1", "c-2", "c-3", ""];
    expect(seen).toEqual([all, all, all]);
    ledger.close();
  });

  it("are in the file before it is closed, and gone with it where it is emptied", async () => {
    const path = newPath();
    const ledger = openCallLedger(path);
    const emptied = ledger.append(entry());
    ledger.clear();
    await emptied;
    expect(ids(path)).toEqual([""]);
    const last = ledger.append(entry({ call_id: "c-2" }));
    ledger.close();
    await last;
    expect(ids(path)).toEqual(["c-2", ""]);
  });

  it("are not said to be there where the disk is full, or the ledger closed", async () => {
    const ledger = openCallLedger("/dev/full");
    await expect(ledger.append(entry())).rejects.toMatchObject({ code: "ENOSPC" });
    ledger.close();
    await expect(ledger.append(entry())).rejects.toThrow("closed");
  });
});

describe("matchesEntry", () => {
  const both = { recipient: "ada@example.org", recipients: ["ada@example.org", "bo@example.org"] };
  it.each([
    [{}, {}, true],
    [{}, { provider: "fcm" }, false],
    [{}, { channel: "email", outcome: "accepted" }, true],
    [{}, { channel: "email", outcome: "reset" }, false],
    [both, { recipient: "bo@example.org" }, true],
    [{}, { recipient: "bo@example.org" }, false],
    [{}, { fault: "latency" }, false],
    [{ fault: "latency" as const }, { fault: "latency" }, true],
    [{}, { since: 1_767_225_600_000 }, true],
    [{}, { since: 1_767_225_600_001 }, false],
  ])("of %j by %j: %s", (fields, filter, matching) => {
    expect(matchesEntry(entry(fields), filter)).toBe(matching);
  });
});
