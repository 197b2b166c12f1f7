import { describe, expect, it } from "vitest";
import { addressList, clientOf } from "#gateway/http/client.ts";

describe("who counts as one client", () => {
  it.each([
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:db8:1:2::9", "2001:db8:1:2"],
    ["2001:0db8::1", "2001:db8:0:0"],
    ["::1", "0:0:0:0"],
    ["fe80::1%eth0", "fe80:0:0:0"],
    ["", ""],
  ])("%s is %s", (address, client) => {
    expect(clientOf(address)).toBe(client);
  });
});

describe("a list of addresses", () => {
  it.each([
    ["10.1.2.3", true],
    ["10.2.0.0", true],
    ["11.0.0.1", false],
    ["2001:db8::7", true],
    ["2001:db9::7", false],
    ["192.0.2.1", true],
    ["192.0.2.2", false],
    ["", false],
  ])("has %s: %s", (address, isThere) => {
    expect(addressList(["10.0.0.0/8", "2001:db8::/32", "192.0.2.1"])(address)).toBe(isThere);
  });

  it("cannot be read of anything else", () => {
    expect(() => addressList(["proxy.example.com"])).toThrow();
    expect(() => addressList(["10.0.0.0/99"])).toThrow();
  });
});
