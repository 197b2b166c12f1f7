import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { settings } from "#processors/email-sender/config.ts";
import { openSender } from "#shared/delivery/assemble.ts";
import { readConfig } from "#shared/platform/config/environment.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { sandboxAccounts } from "#simulator/options.ts";
import { minimalEnvironment } from "#tests/support/minimal-environment.ts";
import { senderContext, takeThrough } from "#tests/support/sender-context.ts";
import { aSend, outputsOn } from "#tests/unit/shared/delivery/sender-bench.ts";
import { simulated } from "./sender-simulator.ts";

let world: Awaited<ReturnType<typeof simulated>>;
const open: Runnable[] = [];

/** The environment of an email-sender: everybody by SES, acme by a mail server of its own, at a mail in ten seconds. */
function environment() {
  const { hostname, port } = new URL(world.simulator.smtp);
  const { user, password } = sandboxAccounts.smtp;
  return {
    ...minimalEnvironment,
    COMMS_SES_ENDPOINT: `${world.simulator.url}/ses`,
    COMMS_MAIL_DOMAIN: "notify.example.com",
    COMMS_MARKETING_DOMAIN: "updates.example.com",
    COMMS_ACCOUNTS: `
      - id: acme-mail
        tenant: acme
        provider: smtp
        settings:
          COMMS_SMTP_HOST: ${hostname}
          COMMS_SMTP_PORT: ${port}
          COMMS_SMTP_SECURITY: none
          COMMS_SMTP_USER: ${user}
          COMMS_SMTP_PASSWORD: ${password}
          COMMS_SMTP_RATE: 0.1
          COMMS_MAIL_DOMAIN: notify.acme.example
          COMMS_MARKETING_DOMAIN: news.acme.example`,
  };
}

/** The sender as a process opens it; the buckets of both accounts lie in one store. */
async function emailSender() {
  const { platform, states } = senderContext();
  const runnable = await openSender(platform, "EMAIL", readConfig(settings, environment(), "/nowhere"));
  open.push(runnable);
  const takeOf = (tenant: string, causeRef: string) =>
    takeThrough(runnable, aSend({ tenant_id: tenant, cause_ref: causeRef }));
  return { takeOf, states };
}

beforeAll(async () => {
  world = await simulated();
});
afterEach(async () => {
  for (const runnable of open.splice(0)) await runnable.close?.();
  await world.control.clearFaults();
});
afterAll(() => world.close());

const mailsOf = (provider: "ses" | "smtp") => world.control.ledger({ provider, outcome: "accepted" });

describe("two tenants through one email sender [MTN-01]", () => {
  test("acme's mail goes out by its own server and domain, everybody else's by SES", async () => {
    const { takeOf } = await emailSender();
    const [acme, other] = [await takeOf("acme", "b1"), await takeOf("other", "b1")];
    expect(outputsOn(acme, "comms.feedback")).toMatchObject([{ tenant_id: "acme", provider: "smtp", status: "SENT" }]);
    expect(outputsOn(other, "comms.feedback")).toMatchObject([{ tenant_id: "other", provider: "ses", status: "SENT" }]);
    expect([await mailsOf("smtp"), await mailsOf("ses")]).toMatchObject([
      [{ provider: "smtp" }],
      [{ tenant: "other" }],
    ]);
    expect(await senderDomainsShown()).toEqual(["notify.acme.example", "notify.example.com"]);
  });

  test("a mail server that refuses the login stops acme alone", async () => {
    const { takeOf, states } = await emailSender();
    const refused = { provider: "smtp", kind: "status", status: 530, code: "5.7.0 Authentication required" } as const;
    await world.control.fault({ ...refused, match: { operation: "MAIL" } });
    const sent = (await mailsOf("smtp")).length;
    await expect(takeOf("acme", "b2")).rejects.toMatchObject({
      code: "PROVIDER_UNAVAILABLE",
      message: "The breaker of acme-mail is open",
    });
    expect(states.filter(({ level }) => level > 0)).toEqual([{ account: "acme-mail", provider: "smtp", level: 1 }]);
    expect((await takeOf("other", "b2")).kind).toBe("emit");
    expect(await mailsOf("smtp")).toHaveLength(sent);
  });

  test("acme's spent rate stops acme alone", async () => {
    const { takeOf } = await emailSender();
    await takeOf("acme", "b3");
    await expect(takeOf("acme", "b4")).rejects.toMatchObject({
      code: "RATE_BUDGET_SPENT",
      message: "The rate budget of acme-mail is spent",
    });
    expect((await takeOf("other", "b3")).kind).toBe("emit");
  });
});

/** The domains of the senders of all mails that the simulator shows, sorted. */
async function senderDomainsShown(): Promise<readonly string[]> {
  const response = await fetch(`${world.simulator.url}/page/messages`);
  const shown = (await response.json()) as readonly { readonly from?: string }[];
  return shown.map(({ from = "" }) => /@([\w.-]+)/.exec(from)?.[1] ?? from).toSorted();
}
