import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { accountSettings } from "#shared/delivery/account-settings.ts";
import { type ProviderAccount, routeByTenant } from "#shared/delivery/accounts.ts";
import { createBreaker } from "#shared/delivery/breaker.ts";
import type { ProviderContext } from "#shared/delivery/providers/provider.ts";
import { systemClock } from "#shared/platform/clock/clock.ts";
import { sandboxAccounts } from "#simulator/options.ts";
import { createMemoryBudget } from "#tests/fakes/memory-budget.ts";
import { aSend, aSender, outputsOn } from "#tests/unit/shared/delivery/sender-bench.ts";
import { simulated } from "./sender-simulator.ts";

let world: Awaited<ReturnType<typeof simulated>>;
let accounts: readonly ProviderAccount[];

/** What a sender gives a provider; here nothing listens at the gateway's address. */
const context: ProviderContext = {
  clock: systemClock,
  callDeadlineMs: 5_000,
  postgres: () => {
    throw new Error("an email account opens no database");
  },
  gatewayUrl: () => "https://gateway.example.com",
  unsubscribeKeys: () => ({ current: "k1", keys: { k1: { secret: "unsubscribe-secret-of-32-characters" } } }),
};

/** The environment of an email-sender: everybody by SES, acme by a mail server of its own. */
function environment() {
  const { hostname, port } = new URL(world.simulator.smtp);
  const { user, password } = sandboxAccounts.smtp;
  return {
    COMMS_SES_ENDPOINT: `${world.simulator.url}/ses`,
    COMMS_SES_ACCESS_KEY_ID: "AKIDEXAMPLE",
    COMMS_SES_SECRET_ACCESS_KEY: "x",
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
          COMMS_SMTP_RATE: 2
          COMMS_MAIL_DOMAIN: notify.acme.example
          COMMS_MARKETING_DOMAIN: news.acme.example`,
  };
}

beforeAll(async () => {
  world = await simulated();
  const read = accountSettings("EMAIL").read(environment());
  if (read.kind === "issues") throw new Error(read.issues.join("\n"));
  accounts = await Promise.all(
    read.config.emailAccounts.map(async ({ id, tenant, provider, config }) => {
      const { adapter, limits } = await provider.open(config, context);
      const breaker = createBreaker({ account: id });
      const budget = createMemoryBudget(limits);
      return { id, ...(tenant && { tenant }), provider: provider.name, adapter, breaker, budget };
    }),
  );
});
afterEach(() => world.control.clearFaults());
afterAll(async () => {
  for (const { adapter } of accounts) await adapter.close();
  await world.close();
});

const sendOf = (tenant: string, causeRef: string) => aSend({ tenant_id: tenant, cause_ref: causeRef });
const mailsOf = (provider: "ses" | "smtp") => world.control.ledger({ provider, outcome: "accepted" });

describe("two tenants through one email sender [MTN-01]", () => {
  test("acme's mail goes out by its own server and domain, everybody else's by SES", async () => {
    const bench = aSender({ route: routeByTenant(accounts) });
    const acme = await bench.take(sendOf("acme", "b1"));
    const other = await bench.take(sendOf("other", "b1"));
    expect(outputsOn(acme, "comms.feedback")).toMatchObject([{ tenant_id: "acme", provider: "smtp", status: "SENT" }]);
    expect(outputsOn(other, "comms.feedback")).toMatchObject([{ tenant_id: "other", provider: "ses", status: "SENT" }]);
    expect([await mailsOf("smtp"), await mailsOf("ses")]).toMatchObject([
      [{ provider: "smtp" }],
      [{ tenant: "other" }],
    ]);
    expect(await senderDomainsShown()).toEqual(["notify.acme.example", "notify.example.com"]);
  });

  test("a mail server that refuses the login stops acme alone", async () => {
    const bench = aSender({ route: routeByTenant(accounts) });
    const refused = { provider: "smtp", kind: "status", status: 530, code: "5.7.0 Authentication required" } as const;
    await world.control.fault({ ...refused, match: { operation: "MAIL" } });
    const sent = (await mailsOf("smtp")).length;
    await expect(bench.take(sendOf("acme", "b2"))).rejects.toMatchObject({
      code: "PROVIDER_UNAVAILABLE",
      message: "The breaker of acme-mail is open",
    });
    expect(accounts.map(({ id, breaker }) => [id, breaker.state()])).toEqual([
      ["ses:default", "closed"],
      ["acme-mail", "open"],
    ]);
    expect((await bench.take(sendOf("other", "b2"))).kind).toBe("emit");
    expect(await mailsOf("smtp")).toHaveLength(sent);
  });

  test("the rate of each is its own", async () => {
    const now = Date.now();
    const [ses, acme] = accounts;
    const take = (account: ProviderAccount | undefined) =>
      account?.budget.take(account.id, 2, { critical: false, now });
    expect([await take(acme), await take(acme), await take(ses)]).toEqual([0, expect.any(Number), 0]);
    expect(await take(acme)).toBeGreaterThan(0);
  });
});

/** The domains of the senders of all mails that the simulator shows, sorted. */
async function senderDomainsShown(): Promise<readonly string[]> {
  const response = await fetch(`${world.simulator.url}/page/messages`);
  const shown = (await response.json()) as readonly { readonly from?: string }[];
  return shown.map(({ from = "" }) => /@([\w.-]+)/.exec(from)?.[1] ?? from).toSorted();
}
