import { z } from "zod";
import { type ConfigOf, setting, settingGroup } from "./setting.ts";

/** `proxy:3128` has no scheme, as many programs take it: then the proxy itself is spoken to in plain text. */
function proxyUrl() {
  return z
    .string()
    .transform((text, context): URL => {
      const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
      if (url !== null && ["http:", "https:"].includes(url.protocol)) return url;
      context.addIssue({ code: "custom", message: "is no http or https URL of a proxy" });
      return z.NEVER;
    })
    .optional();
}

const secret = { secret: true };

/**
 * The proxy that calls to providers go through, by the names that other programs have for it. Names in small letters count
 * first, as in curl.
 */
export const proxySettings = settingGroup("Proxy", {
  HTTPS_PROXY: setting(
    proxyUrl(),
    "The proxy for `https` addresses of providers and of a token endpoint: `http://user:password@host:port`. [secure](secure.md) says what goes through it.",
    secret,
  ),
  HTTP_PROXY: setting(proxyUrl(), "The same for `http` addresses.", secret),
  NO_PROXY: setting(
    z.string().optional(),
    "What is called directly, with commas: a host, which covers what lies below it, an address, a subnet, each with `:port` or without; `*` for everything. This machine always is.",
  ),
  https_proxy: setting(proxyUrl(), "Counts before `HTTPS_PROXY`.", secret),
  http_proxy: setting(proxyUrl(), "Counts before `HTTP_PROXY`.", secret),
  no_proxy: setting(z.string().optional(), "Counts before `NO_PROXY`."),
});

/** The proxies of a process. They hold secrets. */
export type ProxyConfig = ConfigOf<typeof proxySettings>;
