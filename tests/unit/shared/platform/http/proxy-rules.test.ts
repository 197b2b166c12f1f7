import { describe, expect, test } from "vitest";
import { proxyRules } from "#shared/platform/http/proxy-rules.ts";

const https = new URL("http://secure-proxy:3128");
const http = new URL("http://plain-proxy:3128");

/** The host of the proxy for an address, or `direct`. */
function wayTo(address: string, except?: string): string {
  const { protocol, hostname, port } = new URL(address);
  const destination = { protocol, hostname, port: Number(port) || (protocol === "https:" ? 443 : 80) };
  return proxyRules({ https, http, except })(destination)?.hostname ?? "direct";
}

describe("which proxy a call goes through", () => {
  test("the one of its scheme", () => {
    expect(wayTo("https://email.us-east-1.amazonaws.com")).toBe("secure-proxy");
    expect(wayTo("http://mirror.example.com")).toBe("plain-proxy");
  });

  test("none where that scheme has none", () => {
    const destination = { protocol: "http:", hostname: "mirror.example.com", port: 80 };
    expect(proxyRules({ https })(destination)).toBeUndefined();
  });

  test.each([
    "http://localhost:4010",
    "http://127.0.0.1:4010",
    "http://127.9.9.9",
    "https://[::1]:1",
    "http://a.localhost",
  ])("none to this machine: %s", (address) => expect(wayTo(address)).toBe("direct"));

  test.each([
    ["the name itself", "example.com", "https://example.com", "direct"],
    ["a name below", "example.com", "https://a.b.example.com", "direct"],
    ["a name that ends alike", "example.com", "https://notexample.com", "secure-proxy"],
    ["a dot before it", ".example.com", "https://a.example.com", "direct"],
    ["a star and a dot before it", "*.example.com", "https://a.example.com", "direct"],
    ["other letters", "EXAMPLE.com", "https://a.Example.COM", "direct"],
    ["a dot at its end", "example.com", "https://example.com.", "direct"],
    ["its port", "example.com:8443", "https://example.com:8443", "direct"],
    ["the port of the scheme", "example.com:443", "https://example.com", "direct"],
    ["another port", "example.com:8443", "https://example.com", "secure-proxy"],
    ["one of several", "a.test,  b.test\tc.test", "https://c.test", "direct"],
    ["everything", "a.test,*", "https://example.com", "direct"],
    ["an address", "192.0.2.7", "http://192.0.2.7", "direct"],
    ["another address", "192.0.2.7", "http://192.0.2.77", "plain-proxy"],
    ["the end of an address", "2.7", "http://192.0.2.7", "plain-proxy"],
    ["a subnet", "10.0.0.0/8", "http://10.20.30.40", "direct"],
    ["beside a subnet", "10.0.0.0/8", "http://11.20.30.40", "plain-proxy"],
    ["a subnet that is none", "10.0.0.0/80", "http://10.0.0.1", "plain-proxy"],
    ["an address of IPv6", "2001:db8::1", "https://[2001:db8::1]", "direct"],
    ["one with a port", "[2001:db8::1]:8443", "https://[2001:db8::1]:8443", "direct"],
    ["one with another port", "[2001:db8::1]:8443", "https://[2001:db8::1]", "secure-proxy"],
    ["a subnet of IPv6", "2001:db8::/32", "https://[2001:db8:1::5]", "direct"],
    ["nothing", " , ", "https://example.com", "secure-proxy"],
  ])("NO_PROXY with %s", (...[, except, address, way]) => {
    expect(wayTo(address, except)).toBe(way);
  });
});
