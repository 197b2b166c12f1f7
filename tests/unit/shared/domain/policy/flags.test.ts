import { describe, expect, test } from "vitest";
import { bindingFlag, describeFlag } from "#shared/domain/policy/flags.ts";
import { aFlag, noon } from "#tests/support/policy/records.ts";

const name = "comms.pause.channel.email";
const ofAll = (value: unknown, over = {}) => aFlag(name, value, over);
const own = (value: unknown, over = {}) => aFlag(name, value, { tenant_id: "acme", ...over });

describe("which flag binds", () => {
  test.each([
    ["none", [], false],
    ["that of all", [ofAll(true)], true],
    ["that of all, lifted", [ofAll(false)], false],
    ["that of the tenant", [own(true)], true],
    ["that of another tenant", [aFlag(name, true, { tenant_id: "other" })], false],
    ["that of all, though the tenant's own allows", [ofAll(true), own(false)], true],
    ["that of the tenant, though all may", [ofAll(false), own(true)], true],
    ["that of the tenant, where that of all has ended", [ofAll(true, { expires_at: noon }), own(true)], true],
    ["one that ends later", [ofAll(true, { expires_at: noon + 1 })], true],
    ["one that ends now", [ofAll(true, { expires_at: noon })], false],
    ["a text that is no truth value", [ofAll("true")], false],
    ["another name", [aFlag("comms.pause.channel.sms", true)], false],
  ] as const)("given %s", (_, flags, binds) => {
    expect(bindingFlag(new Map(flags), name, { tenantId: "acme", now: noon }) !== undefined).toBe(binds);
  });
});

test("a flag is told with who set it, when, and until when", () => {
  const at = noon - 60_000;
  expect(describeFlag(ofAll(true, { updated_at: at })[1])).toBe(
    "comms.pause.channel.email is true, set by ops at 2026-11-22 14:59 UTC",
  );
  expect(describeFlag(own(true, { updated_at: at, expires_at: noon })[1])).toBe(
    "comms.pause.channel.email is true for the tenant, set by ops at 2026-11-22 14:59 UTC, until 2026-11-22 15:00 UTC",
  );
});
