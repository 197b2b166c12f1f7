import type { PartName } from "./engine.ts";
import { kafkaReady } from "./parts/kafka-probe.ts";
import { postgresReady } from "./parts/postgres-probe.ts";
import { redisReady } from "./parts/redis.ts";
import { registryReady } from "./parts/registry.ts";
import type { Ports } from "./ports.ts";
import type { SecureFiles } from "./secure/secure-files.ts";

const probeTimeoutMs = 2_000;

/** Whether a part answers as its clients need it to, however it runs. Never throws. */
export function answers(name: PartName, ports: Ports, secure?: SecureFiles): Promise<boolean> {
  return {
    kafka: () => kafkaReady(secure ? ports.kafkaTls : ports.kafka, probeTimeoutMs, secure),
    registry: () => registryReady(ports.registry, probeTimeoutMs, secure),
    postgres: () => postgresReady(ports.postgres, probeTimeoutMs, secure),
    redis: () => redisReady(ports.redis, probeTimeoutMs, secure),
  }[name]();
}
