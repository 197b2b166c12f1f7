import { describe, expect, test } from "vitest";
import { z } from "zod";
import { combineSettings, setting, settingGroup } from "#shared/platform/config/setting.ts";
import { renderConfigurationPage } from "#tools/configuration-page.ts";

const log = settingGroup("Logs", {
  COMMS_LEVEL: setting(z.enum(["info", "warn"]).default("info"), "`info` | `warn`."),
});
const token = settingGroup("SMTP", {
  COMMS_SMTP_HOST: setting(z.string(), "A host."),
  COMMS_SMTP_PASSWORD: setting(z.string().default("hunter2"), "A password.", { secret: true }),
});
const page = renderConfigurationPage({
  stages: [
    { name: "intake", settings: log },
    { name: "router", settings: combineSettings(log, token) },
  ],
  others: [{ name: "comms why", settings: token }],
});

describe("the page of settings", () => {
  test("has a table a group, with each setting once and who reads it", () => {
    expect(page.slice(page.indexOf("## "))).toBe(
      [
        "## Logs",
        "",
        "| name | meaning | default | secret | read by |",
        "|---|---|---|---|---|",
        "| `COMMS_LEVEL` | `info` \\| `warn`. | `info` |  | every stage |",
        "",
        "## SMTP",
        "",
        "| name | meaning | default | secret | read by |",
        "|---|---|---|---|---|",
        "| `COMMS_SMTP_HOST` | A host. | must be set |  | router, comms why |",
        "| `COMMS_SMTP_PASSWORD` | A password. |  | secret | router, comms why |",
        "",
      ].join("\n"),
    );
  });

  test("calls the senders by one name where all of them read a setting", () => {
    const stages = ["intake", "a-sender", "b-sender"].map((name) => ({
      name,
      settings: name === "intake" ? log : token,
    }));
    const others = [{ name: "gateway", settings: token }];
    expect(renderConfigurationPage({ stages, others })).toContain(
      "| A host. | must be set |  | gateway, every sender |",
    );
  });

  test("has no value of a secret", () => expect(page).not.toContain("hunter2"));
});
