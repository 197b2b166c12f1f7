import { describe, expect, it } from "vitest";
import { readConfig } from "#shared/platform/config/environment.ts";
import { kafkaSettings } from "#shared/platform/config/kafka-settings.ts";
import { combineSettings } from "#shared/platform/config/setting.ts";
import { telemetrySettings } from "#shared/platform/config/telemetry-settings.ts";
import { createProcessContext, type ProcessContext } from "#shared/runtime/process/process-context.ts";
import { minimalEnvironment } from "#tests/support/minimal-environment.ts";

const silent = { ...minimalEnvironment, COMMS_LOG_LEVEL: "silent" };

describe("the clients of a process", () => {
  const bare = createProcessContext(readConfig(telemetrySettings, silent, "/nowhere"), { name: "intake" });

  it.each<[string, string, (platform: ProcessContext) => unknown]>([
    ["log", "Kafka and does not declare kafkaSettings", (platform) => platform.log()],
    ["registry", "Kafka and does not declare kafkaSettings", (platform) => platform.registry()],
    ["codec", "Kafka and does not declare kafkaSettings", (platform) => platform.codec()],
    ["templates", "Kafka and does not declare kafkaSettings", (platform) => platform.templates()],
    ["prefix", "Kafka and does not declare kafkaSettings", (platform) => platform.prefix],
    ["redis", "Redis and does not declare redisSettings", (platform) => platform.redis()],
    ["views", "Redis and does not declare redisSettings", (platform) => platform.views()],
    ["keys", "Redis and does not declare redisSettings", (platform) => platform.keys],
    ["postgres", "Postgres and does not declare postgresSettings", (platform) => platform.postgres()],
    ["artifacts", "artifacts and does not declare artifactSettings", (platform) => platform.artifacts()],
    ["hasher", "hashes of addresses and does not declare addressSettings", (platform) => platform.hasher],
  ])("%s is refused by name where its settings were not declared", (_, asked, ask) => {
    const message = `intake asks for ${asked}: add it to its config.ts`;
    expect(() => ask(bare)).toThrow(expect.objectContaining({ code: "SETTING_UNDECLARED", message, retryable: false }));
  });

  it("are made from the settings that were", () => {
    const settings = combineSettings(telemetrySettings, kafkaSettings);
    const config = readConfig(settings, { ...silent, COMMS_TOPIC_PREFIX: "t." }, "/nowhere");
    const platform = createProcessContext(config, { name: "intake" });
    expect(platform.prefix).toBe("t.");
    expect(platform.codec()).toBe(platform.codec());
  });
});
