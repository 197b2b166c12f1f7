import { request } from "undici";
import { describe, expect, test } from "vitest";
import { readConfig } from "#shared/platform/config/environment.ts";
import { proxySettings } from "#shared/platform/config/proxy-settings.ts";
import { combineSettings } from "#shared/platform/config/setting.ts";
import { createOutbound } from "#shared/platform/http/outbound.ts";
import { startConnectProxy } from "#tests/support/connect-proxy.ts";

function issuesOf(values: Readonly<Record<string, string>>): readonly string[] {
  const read = proxySettings.read(values);
  return read.kind === "issues" ? read.issues : [];
}

describe("the settings of a proxy", () => {
  test.each(["http://proxy:3128", "https://u:p@proxy", "proxy:3128", "10.0.0.1:80", "HTTP://proxy"])(
    "%s is one",
    (url) => expect(issuesOf({ HTTPS_PROXY: url })).toEqual([]),
  );

  test.each(["socks5://proxy:1080", "http://", "ftp://proxy"])("%s is none, and the issue does not repeat it", (url) =>
    expect(issuesOf({ HTTPS_PROXY: url })).toEqual(["HTTPS_PROXY: is no http or https URL of a proxy"]),
  );

  test("two parts of a process may read them", () => {
    const both = combineSettings(proxySettings, proxySettings);
    expect(readConfig(both, { NO_PROXY: "a.test" }, "/nowhere")).toMatchObject({ NO_PROXY: "a.test" });
  });

  test("a name in small letters counts before the same in capitals, and an empty one not at all", async () => {
    const [small, large] = [await startConnectProxy(), await startConnectProxy()];
    const by = async (values: Readonly<Record<string, string>>) => {
      const outbound = createOutbound(readConfig(proxySettings, values, "/nowhere"));
      small.mode = large.mode = 503;
      await request("http://provider.test", { dispatcher: outbound.dispatcher() }).catch(() => undefined);
    };
    await by({ http_proxy: `127.0.0.1:${small.port}`, HTTP_PROXY: `127.0.0.1:${large.port}` });
    expect([small.connects.length, large.connects.length]).toEqual([1, 0]);
    await by({ http_proxy: "", HTTP_PROXY: `127.0.0.1:${large.port}` });
    expect([small.connects.length, large.connects.length]).toEqual([1, 1]);
    await Promise.all([small.close(), large.close()]);
  });
});
