import { describe, expect, it } from "vitest";
import { addressesOf } from "#stack/addresses.ts";
import { layoutOf } from "#stack/layout.ts";
import { portsFrom } from "#stack/ports.ts";
import { age, statusRows, tableOf } from "#stack/status-table.ts";

const addresses = addressesOf("native", layoutOf("/r", "/c"), portsFrom(20_000));

describe("the table of addresses", () => {
  it("has every address of the stack, aligned", () => {
    const kafka = { name: "kafka", state: "ready", pid: 42, startedAt: 0, residentBytes: 300 * 1024 ** 2 } as const;
    const table = tableOf(statusRows([kafka], addresses, new Set([addresses.gateway.url])), 65_000);
    expect(table).toBe(
      [
        "PART       STATE        PID  UP       MEMORY   ADDRESS",
        "kafka      ready        42   1 m 5 s  300 MiB  127.0.0.1:20000",
        "artifacts  folder       -    -        -        file:///r/.carillon/data/artifacts",
        "gateway    answers      -    -        -        http://127.0.0.1:20005",
        "simulator  not started  -    -        -        http://127.0.0.1:20006",
        "smtp       not started  -    -        -        smtp://127.0.0.1:20007",
        "ledger     file         -    -        -        /r/.carillon/data/simulator/ledger.ndjson",
        "",
      ].join("\n"),
    );
  });

  it.each([
    [0, "0 s"],
    [59_999, "59 s"],
    [3_600_000, "1 h 0 m"],
    [97_200_000, "1 d 3 h"],
    [-5, "0 s"],
  ])("tells %i ms as %s", (ms, words) => {
    expect(age(ms)).toBe(words);
  });
});
