import { request } from "undici";
import { describe, expect, test } from "vitest";
import { settings } from "#processors/email-sender/config.ts";
import type { Send } from "#shared/contracts/records.ts";
import type { AccountConfig } from "#shared/delivery/account-settings.ts";
import { openSender } from "#shared/delivery/assemble.ts";
import type { Provider, ProviderContext } from "#shared/delivery/providers/provider.ts";
import type { Answer } from "#shared/domain/delivery/answer.ts";
import { readConfig } from "#shared/platform/config/environment.ts";
import { startConnectProxy } from "#tests/support/connect-proxy.ts";
import { minimalEnvironment } from "#tests/support/minimal-environment.ts";
import { emailSenderIn, orderOf, senderContext, takeThrough } from "#tests/support/sender-context.ts";
import { aSend, outputsOn, start } from "./sender-bench.ts";

const tenantAccount = `
  - id: acme-mail
    tenant: acme
    provider: smtp
    settings:
      COMMS_SMTP_HOST: mail.acme.example
      COMMS_SMTP_RATE: 4
      COMMS_MAIL_DOMAIN: notify.acme.example
      COMMS_MARKETING_DOMAIN: news.acme.example`;

/** The account's provider with its client left out: it answers as it is told, and keeps what it was opened with. */
function withoutClient({ provider, ...account }: AccountConfig) {
  const seen = { tenants: [] as string[], closed: 0, context: undefined as ProviderContext | undefined };
  const state = { answer: { kind: "accepted", ref: "r" } as Answer };
  const open: Provider["open"] = async (config, context) => {
    seen.context = context;
    // The limits are the provider's own, so that a rate comes from its settings.
    const { limits, adapter } = await provider.open(config, context);
    await adapter.close();
    const send = async ({ send }: { readonly send: Send }) => {
      seen.tenants.push(send.tenant_id);
      return state.answer;
    };
    const answers = { Down: { act: "halt", description: "No" } } as const;
    return { limits, adapter: { ...adapter, answers, send, close: async () => void seen.closed++ } };
  };
  return { seen, state, account: { ...account, provider: { ...provider, open } } };
}

function emailConfig(env: Readonly<Record<string, string>> = {}) {
  return readConfig(settings, { ...minimalEnvironment, ...env }, "/nowhere");
}

/** The email sender of everybody by SES, and of acme by a mail server of its own. */
async function emailSender(env: Readonly<Record<string, string>> = {}) {
  const context = senderContext();
  const config = emailConfig({ COMMS_ACCOUNTS: tenantAccount, ...env });
  const [ses, acme] = config.emailAccounts.map(withoutClient);
  if (!ses || !acme) throw new Error("two accounts are configured");
  const emailAccounts = [ses.account, acme.account];
  const runnable = await openSender(context.platform, "EMAIL", { ...config, emailAccounts });
  let count = 0;
  const takeOf = (tenant: string) => takeThrough(runnable, aSend({ tenant_id: tenant, cause_ref: `b${++count}` }));
  return { ...context, runnable, takeOf, ses, acme };
}

describe("a sender, as it is opened from its configuration [MTN-01]", () => {
  test("sends a tenant's messages by the tenant's account, all others by the default one", async () => {
    const { takeOf, ses, acme } = await emailSender();
    const [own, other] = [await takeOf("acme"), await takeOf("other")];
    expect([acme.seen.tenants, ses.seen.tenants]).toEqual([["acme"], ["other"]]);
    expect(outputsOn(own, "comms.feedback")).toMatchObject([{ tenant_id: "acme", provider: "smtp" }]);
    expect(outputsOn(other, "comms.feedback")).toMatchObject([{ tenant_id: "other", provider: "ses" }]);
  });

  test("gives each provider the way out that the environment names", async () => {
    const proxy = await startConnectProxy();
    proxy.mode = 503;
    const { ses } = await emailSender({ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` });
    const dispatcher = ses.seen.context?.outbound.dispatcher();
    const call = request("https://email.provider.test", { ...(dispatcher && { dispatcher }) });
    await expect(call).rejects.toMatchObject({ code: "PROXY_UNAVAILABLE" });
    expect(proxy.connects).toEqual(["email.provider.test:443"]);
    await proxy.close();
  });

  test("each account has a breaker by its id, and its state is shown from the start", async () => {
    const { takeOf, acme, states } = await emailSender();
    const closed = [
      { account: "acme-mail", provider: "smtp", level: 0 },
      { account: "ses:default", provider: "ses", level: 0 },
    ];
    expect(states.toSorted((a, b) => a.account.localeCompare(b.account))).toEqual(closed);
    acme.state.answer = { kind: "refused", code: "Down" };
    await expect(takeOf("acme")).rejects.toMatchObject({ message: "The breaker of acme-mail is open" });
    expect((await takeOf("other")).kind).toBe("emit");
    expect(states.slice(closed.length)).toEqual([{ account: "acme-mail", provider: "smtp", level: 1 }]);
  });

  test("each account has a budget by its id, with the rate that its settings have", async () => {
    const { takeOf, budgetCalls } = await emailSender({ COMMS_SES_RATE: "50" });
    await takeOf("acme");
    await takeOf("other");
    expect(budgetCalls).toEqual([
      { key: "t.budget:acme-mail", rate: 4, burst: 4 },
      { key: "t.budget:ses:default", rate: 50, burst: 50 },
    ]);
  });

  test("tells the ledger once more, as it closes, what Redis did not take", async () => {
    const { platform, runnable, takeOf } = await emailSender();
    const { processor } = runnable;
    const outcome = await takeOf("acme");
    const told: unknown[] = [];
    const evalsha = async (...call: readonly unknown[]) => {
      told.push(call[4]);
      throw new Error("Connection is closed.");
    };
    Object.assign(platform.redis(), { evalsha });
    if (processor.kind === "stage") await processor.afterWrite?.([outcome], start);
    expect(told).toEqual(["reconcile"]);
    await runnable.close?.();
    expect(told).toEqual(["reconcile", "reconcile"]);
  });

  test("closes every account with itself", async () => {
    const { runnable, ses, acme } = await emailSender();
    expect([ses.seen.closed, acme.seen.closed]).toEqual([0, 0]);
    await runnable.close?.();
    expect([ses.seen.closed, acme.seen.closed]).toEqual([1, 1]);
  });
});

describe("what a sender gives its providers", () => {
  test("the gateway's origin without a slash at its end, and the keys of unsubscribe links", async () => {
    const { ses, acme } = await emailSender({ COMMS_GATEWAY_PUBLIC_URL: "https://gateway.example.com/" });
    for (const { context } of [ses.seen, acme.seen]) {
      expect(context?.gatewayUrl()).toBe("https://gateway.example.com");
      const { current, keys } = context?.unsubscribeKeys() ?? { current: "", keys: {} };
      expect(keys[current]).toEqual({ secret: minimalEnvironment.COMMS_UNSUBSCRIBE_SECRET });
    }
  });

  test.each(["COMMS_GATEWAY_PUBLIC_URL", "COMMS_UNSUBSCRIBE_SECRET"] as const)(
    "a sender that was configured without %s does not open a provider that asks for it",
    async (name) => {
      const { [name]: _, ...config } = emailConfig();
      const opening = openSender(senderContext().platform, "EMAIL", config as ReturnType<typeof emailConfig>);
      await expect(opening).rejects.toThrow(new RegExp(`asks for ${name}`));
    },
  );
});

test("a message in doubt waits as many seconds as COMMS_AMBIGUOUS_HOLD_SECONDS has", async () => {
  const { runnable } = await emailSender({ COMMS_AMBIGUOUS_HOLD_SECONDS: "30" });
  const sender = emailSenderIn(runnable);
  const order = orderOf(aSend());
  const [facts] = await sender.gather([order], start);
  if (!facts) throw new Error("no facts");
  const ledger = { kind: "ambiguous", owner: "another", since: start, calls: 1, crashes: 0 } as const;
  const after = (ms: number) => sender.decide(order, { ...facts, ledger, viewsAgeMs: 0 }, start + ms).kind;
  expect([after(29_999), after(30_000)]).toEqual(["defer", "drop"]);
});
