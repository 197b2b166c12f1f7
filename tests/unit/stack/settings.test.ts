import { createPrivateKey } from "node:crypto";
import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkoutRoot } from "#shared/platform/config/stack-config.ts";
import { addressesOf } from "#stack/addresses.ts";
import { type Layout, layoutOf } from "#stack/layout.ts";
import { portsFrom } from "#stack/ports.ts";
import { stackFileOf } from "#stack/settings.ts";
import { allSettings } from "#tests/support/all-settings.ts";

let root: string;
let layout: Layout;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "carillon-settings-"));
  layout = layoutOf(root, "/cache");
  await mkdir(layout.home);
});

afterEach(() => rm(root, { recursive: true }));

const fileOf = () => stackFileOf(layout, addressesOf("native", layout, portsFrom(20_000)));

describe("the file of the local stack", () => {
  it("says whose it is, and has the addresses where everyone looks for them", async () => {
    expect(await fileOf()).toMatchObject({ checkout: checkoutRoot, kafka: { bootstrap: "127.0.0.1:20000" } });
  });

  it("answers for every setting that needs a value", async () => {
    const { settings } = await fileOf();
    expect(allSettings.read(settings)).toMatchObject({
      kind: "config",
      config: {
        COMMS_GATEWAY_PORT: 20_005,
        emailAccounts: [{ config: { COMMS_SES_ENDPOINT: "http://127.0.0.1:20006/ses" } }],
      },
    });
    expect(settings).toMatchObject({
      COMMS_SMTP_HOST: "127.0.0.1",
      COMMS_SMTP_PORT: "20007",
      COMMS_SMTP_SECURITY: "none",
    });
  });

  it("keeps one key for FCM, which its owner alone may read", async () => {
    const key = (await fileOf()).settings["COMMS_FCM_PRIVATE_KEY"] ?? "";
    expect(createPrivateKey(key).asymmetricKeyType).toBe("rsa");
    expect((await fileOf()).settings["COMMS_FCM_PRIVATE_KEY"]).toBe(key);
    expect((await stat(join(layout.home, "fcm-key.pem"))).mode & 0o077).toBe(0);
  });
});
