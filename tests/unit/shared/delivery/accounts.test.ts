import { describe, expect, test } from "vitest";
import { routeByTenant } from "#shared/delivery/accounts.ts";
import type { ChannelAdapter, OutboundMessage } from "#shared/delivery/adapter.ts";
import { createBreaker } from "#shared/delivery/breaker.ts";
import type { Answer } from "#shared/domain/delivery/answer.ts";
import { anAccount, aSend, aSender, outputsOn } from "./sender-bench.ts";

/** A provider that answers as it is told, and keeps whose messages it was called with. */
function aProvider() {
  const tenants: string[] = [];
  const state = { answer: { kind: "accepted", ref: "r" } as Answer };
  const adapter: ChannelAdapter = {
    answers: {
      Slow: { act: "retry", description: "Too fast", isOutage: true },
      Down: { act: "halt", description: "No" },
    },
    send: async ({ send }: OutboundMessage) => {
      tenants.push(send.tenant_id);
      return state.answer;
    },
    close: async () => {},
  };
  return { adapter, tenants, state };
}

/** Everybody by SES, and acme by a mail server of its own. */
function twoAccounts(budget = { rate: 1_000, burst: 1_000, reserve: 10 }) {
  const ses = aProvider();
  const own = aProvider();
  const ours = anAccount({ id: "ses:default", provider: "ses", adapter: ses.adapter, budget });
  const acme = anAccount({
    id: "acme-mail",
    tenant: "acme",
    provider: "smtp",
    adapter: own.adapter,
    breaker: createBreaker({ account: "acme-mail", volume: 4 }),
    budget,
  });
  const bench = aSender({ route: routeByTenant([ours, acme]) });
  let count = 0;
  const take = (tenant: string) => bench.take(aSend({ tenant_id: tenant, cause_ref: `b${++count}`, attempt: 1 }));
  return { ...bench, takeOf: take, ses, own, ours, acme };
}

const noRoute = { code: "PROVIDER_UNAVAILABLE", retryable: true };

describe("two tenants through one sender [MTN-01]", () => {
  test("each goes out by its own account, and the report names its provider", async () => {
    const { takeOf, ses, own } = twoAccounts();
    const [acme, other] = [await takeOf("acme"), await takeOf("default")];
    expect([own.tenants, ses.tenants]).toEqual([["acme"], ["default"]]);
    expect(outputsOn(acme, "comms.feedback")).toMatchObject([{ tenant_id: "acme", provider: "smtp", status: "SENT" }]);
    expect(outputsOn(other, "comms.feedback")).toMatchObject([{ tenant_id: "default", provider: "ses" }]);
  });

  test("an account that halts opens its own breaker: the other goes on, and nobody takes over", async () => {
    const { takeOf, ses, own, acme, ours } = twoAccounts();
    own.state.answer = { kind: "refused", code: "Down" };
    await expect(takeOf("acme")).rejects.toMatchObject({ ...noRoute, message: "The breaker of acme-mail is open" });
    await expect(takeOf("acme")).rejects.toMatchObject(noRoute);
    expect((await takeOf("default")).kind).toBe("emit");
    expect([acme.breaker.state(), ours.breaker.state()]).toEqual(["open", "closed"]);
    expect([own.tenants, ses.tenants]).toEqual([["acme"], ["default"]]);
  });

  test("failed calls of one count against its breaker alone", async () => {
    const { takeOf, own, acme, ours } = twoAccounts();
    own.state.answer = { kind: "refused", code: "Slow" };
    for (let call = 0; call < 4; call++) expect((await takeOf("acme")).kind).toBe("defer");
    expect([acme.breaker.state(), ours.breaker.state()]).toEqual(["open", "closed"]);
    expect((await takeOf("other")).kind).toBe("emit");
  });

  test("a spent budget of one leaves the other's whole", async () => {
    const { takeOf, ses } = twoAccounts({ rate: 0.1, burst: 1, reserve: 0 });
    await takeOf("acme");
    await expect(takeOf("acme")).rejects.toMatchObject({
      code: "RATE_BUDGET_SPENT",
      message: "The rate budget of acme-mail is spent",
    });
    expect((await takeOf("default")).kind).toBe("emit");
    expect(ses.tenants).toEqual(["default"]);
  });
});

describe("the route", () => {
  const { adapter } = aProvider();
  const ours = anAccount({ id: "ours", adapter });
  const acme = anAccount({ id: "acme", tenant: "acme", adapter });

  test("is the tenant's own account, else the default one, and one account only", () => {
    const route = routeByTenant([acme, ours]);
    expect(route({ tenant_id: "acme" })).toEqual([acme]);
    for (const tenant_id of ["default", "Acme", "acme ", "toString"]) expect(route({ tenant_id })).toEqual([ours]);
  });

  test.each([
    ["no default account", [acme]],
    ["two default accounts", [ours, anAccount({ id: "b", adapter })]],
    ["two accounts of one tenant", [ours, acme, anAccount({ id: "b", tenant: "acme", adapter })]],
  ])("%s: nothing is opened", (_, accounts) => {
    expect(() => routeByTenant(accounts)).toThrow(RangeError);
  });
});
