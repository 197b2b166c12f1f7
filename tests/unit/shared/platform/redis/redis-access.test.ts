import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { redisSettings } from "#shared/platform/config/redis-settings.ts";
import type { SettingValues } from "#shared/platform/config/setting.ts";
import { redisAccess } from "#shared/platform/redis/redis-access.ts";

const folder = mkdtempSync(join(tmpdir(), "carillon-redis-"));
afterAll(() => rmSync(folder, { recursive: true }));

function accessTo(values: SettingValues) {
  const result = redisSettings.read(values);
  if (result.kind === "issues") throw new Error(result.issues.join("\n"));
  return redisAccess(result.config);
}

it("reads host, database, user and password of a URL", () => {
  expect(accessTo({ COMMS_REDIS_URL: "redis://u%40x:p%2Fw@h:7000/3" }).options()).toEqual({
    host: "h",
    port: 7_000,
    db: 3,
    username: "u@x",
    password: "p/w",
  });
});

it("takes the password of a file as it is then, and TLS for rediss", () => {
  const file = join(folder, "password");
  writeFileSync(file, "one\n");
  const access = accessTo({ COMMS_REDIS_URL: "rediss://u@example.com", COMMS_REDIS_PASSWORD_FILE: file });
  expect(access.options()).toMatchObject({ password: "one", tls: { servername: "example.com" } });
  writeFileSync(file, "two\n");
  expect(access.options().password).toBe("two");
});

it("asks sentinels for the master that the URL names, by TLS where the master is", () => {
  const sentinels = { COMMS_REDIS_SENTINELS: "a:1, b:2", COMMS_REDIS_SENTINEL_PASSWORD: "s" };
  expect(accessTo({ COMMS_REDIS_URL: "redis://mymaster", ...sentinels }).options()).toMatchObject({
    name: "mymaster",
    sentinels: [
      { host: "a", port: 1 },
      { host: "b", port: 2 },
    ],
    sentinelPassword: "s",
  });
  const secure = accessTo({ COMMS_REDIS_URL: "rediss://mymaster", ...sentinels }).options();
  expect(secure.enableTLSForSentinelMode).toBe(true);
});
