import { describe, expect, test } from "vitest";
import { flagNames } from "#shared/domain/policy/flag-names.ts";
import { pause, pauseRecheckMs } from "#shared/domain/policy/gates/pause.ts";
import { aFlag, noon } from "#tests/support/policy/records.ts";

const message = {
  tenantId: "acme",
  channel: "EMAIL",
  templateName: "charge_receipt",
  critical: false,
  expiresAt: null,
} as const;
const critical = { ...message, critical: true };
const account = { id: "ses:acme", provider: "ses" };

describe("the pause of everything that is not critical [INC-02]", () => {
  const flags = new Map([aFlag(flagNames.nonCritical, false)]);

  test("given no flag, or the flag on, it passes", () => {
    expect(pause(message, { flags: new Map() }, noon).verdict).toBe("PASS");
    expect(pause(message, { flags: new Map([aFlag(flagNames.nonCritical, true)]) }, noon).verdict).toBe("PASS");
  });

  test("given the flag off, it waits for that flag, and the trace says who set it", () => {
    expect(pause(message, { flags }, noon)).toEqual({
      verdict: "DEFER",
      kind: "pause",
      reason: "COMMS_PAUSED",
      pauseKey: flagNames.nonCritical,
      dueAt: noon + pauseRecheckMs,
      detail: "comms.channels.non_critical.enabled is false, set by ops at 2026-11-22 14:59 UTC",
    });
  });

  test("given the flag off and a critical message, it passes, and says that it does", () => {
    expect(pause(critical, { flags }, noon)).toMatchObject({ verdict: "BYPASS", reason: "critical_override" });
  });
});

describe("a pause by an operator [ADM-11]", () => {
  test.each([
    "comms.pause.tenant",
    "comms.pause.channel.email",
    "comms.pause.template.charge_receipt",
    "comms.pause.provider.ses",
    "comms.pause.provider.ses:acme",
  ])("%s holds critical messages too, for all tenants or for one", (name) => {
    for (const tenant_id of [null, "acme"]) {
      const [key, flag] = aFlag(name, true, { tenant_id });
      const result = pause(critical, { flags: new Map([[key, flag]]), account }, noon);
      expect(result).toMatchObject({ verdict: "DEFER", pauseKey: key });
    }
    const other = new Map([aFlag(name, true, { tenant_id: "other" })]);
    expect(pause(critical, { flags: other, account }, noon).verdict).toBe("PASS");
  });

  test("a pause of a provider does not bind where no account is chosen yet", () => {
    const flags = new Map([aFlag("comms.pause.provider.ses", true)]);
    expect(pause(message, { flags }, noon).verdict).toBe("PASS");
  });

  test("it counts before the pause that lets critical messages through", () => {
    const flags = new Map([aFlag(flagNames.nonCritical, false), aFlag("comms.pause.tenant", true)]);
    expect(pause(critical, { flags }, noon)).toMatchObject({ verdict: "DEFER", pauseKey: "comms.pause.tenant" });
  });

  test("it asks again when the flag ends, or the message expires, where that is sooner", () => {
    const until = (expires_at: number | null, expiresAt: number | null) => {
      const flags = new Map([aFlag("comms.pause.tenant", true, { expires_at })]);
      const result = pause({ ...message, expiresAt }, { flags }, noon);
      return result.verdict === "DEFER" && result.dueAt - noon;
    };
    expect(until(null, null)).toBe(pauseRecheckMs);
    expect(until(noon + 5_000, null)).toBe(5_000);
    expect(until(noon + 5_000, noon + 3_000)).toBe(3_000);
    expect(until(noon, null)).toBe(false);
  });
});
