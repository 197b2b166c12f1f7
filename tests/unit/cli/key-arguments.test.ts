import { describe, expect, it } from "vitest";
import { grantOf, keyNamed } from "#cli/key-arguments.ts";
import { allScopes } from "#shared/domain/access/scope.ts";
import { drawApiKey } from "#shared/platform/crypto/api-key-secret.ts";

const now = 1_000;

describe("what a new key is for", () => {
  it("is all that a producer needs, without an end, unless said otherwise", () => {
    const plain = {
      tenantId: "default",
      name: "shop",
      scopes: allScopes,
      role: null,
      ratePerSecond: null,
      expiresAt: null,
    };
    expect(grantOf({ name: " shop " }, { now })).toEqual(plain);
    expect(grantOf({}, { now, nameByDefault: "bootstrap" })).toEqual({ ...plain, name: "bootstrap" });
    const said = { name: "shop", tenant: "acme", scopes: "events:write, events:write", expires: "90d", rate: "5" };
    expect(grantOf(said, { now })).toEqual({
      tenantId: "acme",
      name: "shop",
      scopes: ["events:write"],
      role: null,
      ratePerSecond: 5,
      expiresAt: now + 90 * 86_400_000,
    });
  });

  it("is a role of the admin API where one is named, without a scope, and then for all tenants if so said", () => {
    const approver = { name: "ann", role: "CommsApprover", tenant: "*" };
    expect(grantOf(approver, { now })).toMatchObject({ tenantId: "*", role: "CommsApprover", scopes: [] });
  });

  it.each([
    [{}, "--name"],
    [{ name: "x".repeat(101) }, "--name"],
    [{ name: "shop", tenant: "a b" }, "--tenant"],
    [{ name: "shop", scopes: "events:write,admin" }, "--scopes"],
    [{ name: "shop", role: "admin" }, "--role"],
    [{ name: "shop", role: "CommsViewer", scopes: "events:write" }, "--scopes"],
    [{ name: "shop", tenant: "*" }, "--role"],
    [{ name: "shop", expires: "soon" }, "--expires"],
    [{ name: "shop", expires: "0d" }, "--expires"],
    [{ name: "shop", rate: "0" }, "--rate"],
    [{ name: "shop", rate: "1.5" }, "--rate"],
    [{ name: "shop", rate: "many" }, "--rate"],
  ])("%j is refused, and %s is named", (flags, named) => {
    expect(grantOf(flags, { now })).toEqual({ usage: expect.stringContaining(named) });
  });
});

describe("the key that an argument names", () => {
  const { keyId, text } = drawApiKey();

  it.each([keyId, `carillon_${keyId}`, text])("is known as it is listed, and whole: %#", (argument) =>
    expect(keyNamed(argument)).toEqual({ keyId }),
  );

  it.each([undefined, "", "carillon_", "shop", `${keyId}x`])("is not %j", (argument) =>
    expect(keyNamed(argument)).toEqual({ usage: expect.stringContaining("comms key list") }),
  );
});
