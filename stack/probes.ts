import type { PartName } from "./engine.ts";
import { kafkaReady } from "./parts/kafka-probe.ts";
import { postgresReady } from "./parts/postgres-probe.ts";
import { redisReady } from "./parts/redis.ts";
import { registryReady } from "./parts/registry.ts";
import type { Ports } from "./ports.ts";

const probeTimeoutMs = 2_000;

/** Whether a part answers as its clients need it to, however it runs. Never throws. */
export function answers(name: PartName, ports: Ports): Promise<boolean> {
  return {
    kafka: () => kafkaReady(ports.kafka, probeTimeoutMs),
    registry: () => registryReady(ports.registry, probeTimeoutMs),
    postgres: () => postgresReady(ports.postgres, probeTimeoutMs),
    redis: () => redisReady(ports.redis, probeTimeoutMs),
  }[name]();
}
