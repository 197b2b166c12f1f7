import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { simulatorOptions } from "#simulator/arguments.ts";

const stack = join(mkdtempSync(join(tmpdir(), "stack-")), "stack.json");
writeFileSync(
  stack,
  JSON.stringify({
    gateway: { url: "http://127.0.0.1:4001/" },
    simulator: { url: "http://127.0.0.1:4010", smtp: "smtp://127.0.0.1:4025", ledger: "/data/ledger.jsonl" },
  }),
);

describe("the command line", () => {
  it("reads the stack's file, and lets an argument go before it", () => {
    expect(simulatorOptions(["--stack", stack, "--port", "5000", "--seed", "9"])).toEqual({
      host: "127.0.0.1",
      port: 5000,
      smtpPort: 4025,
      ledgerPath: "/data/ledger.jsonl",
      callbackBase: "http://127.0.0.1:4001",
      seed: 9,
    });
  });

  it("takes the size of the key that signs SNS messages", () => {
    expect(simulatorOptions(["--sns-key-bits", "1024"])).toMatchObject({ snsKeyBits: 1024 });
  });

  it("says what is wrong with a number", () => {
    expect(() => simulatorOptions(["--port", "high"])).toThrow("port must be a number from 0 on, not high");
  });
});
