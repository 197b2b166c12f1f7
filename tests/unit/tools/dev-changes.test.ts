import { describe, expect, test } from "vitest";
import { devActionFor, devActionForAll } from "#tools/dev-changes.ts";

describe("what a changed file asks of make dev", () => {
  test.each([
    ["shared/domain/message/id.ts", "restart"],
    ["shared/state/ledger/ledger.lua", "restart"],
    ["processors/projector/adapters/upsert-messages.sql", "restart"],
    ["gateway/public/unsubscribe/page.html", "restart"],
    ["catalog/events/booking/booking.confirmed.yaml", "restart"],
    ["catalog/templates/charge_receipt/1/en-US/email.mjml", "publish"],
    ["catalog/templates/charge_receipt/1/template.yaml", "publish"],
    ["catalog/layouts/letter.mjml", "publish"],
    ["processors/router/README.md", "none"],
    ["shared/domain/.id.ts.swp", "none"],
    ["tests/unit/tools/dev-changes.test.ts", "none"],
  ])("%s: %s", (path, action) => {
    expect(devActionFor(path)).toBe(action);
  });

  test("files that change together ask for the larger step", () => {
    const template = "catalog/templates/charge_receipt/1/en-US/sms.txt.liquid";
    expect(devActionForAll([template, "shared/domain/message/id.ts"])).toBe("restart");
    expect(devActionForAll([template, "README.md"])).toBe("publish");
    expect(devActionForAll([])).toBe("none");
  });
});
