import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { exists } from "../files.ts";
import type { Part } from "../part.ts";
import { refusal } from "../refusal.ts";
import { finish } from "../run-command.ts";
import type { PartContext } from "./context.ts";
import { kafkaReady } from "./kafka-probe.ts";
import { kafkaProperties } from "./kafka-properties.ts";

const log4j = fileURLToPath(new URL("./kafka-log4j2.properties", import.meta.url));

/** Kafka in KRaft mode: one node, its log under `data/kafka/log`. */
export function kafkaPart({ layout, ports, binaries, java, secure }: PartContext): Part {
  const home = join(layout.data, "kafka");
  const logDir = join(home, "log");
  const config = join(home, "server.properties");
  const logFile = join(layout.logs, "kafka.log");
  const classpath = join(binaries.kafka, "*");
  return {
    name: "kafka",
    address: `127.0.0.1:${ports.kafka}`,
    logFile,
    stopSignal: "SIGTERM",
    async prepare() {
      await mkdir(logDir, { recursive: true });
      await writeFile(config, kafkaProperties(ports, logDir, secure));
      if (!(await exists(join(logDir, "meta.properties")))) await format(java, classpath, config);
    },
    command: () => ({
      file: java,
      args: [
        "-Xmx512m",
        "-Xms128m",
        "-XX:+UseSerialGC",
        "-Djava.awt.headless=true",
        `-Dlog4j2.configurationFile=${log4j}`,
        `-Dcarillon.log=${logFile}`,
        ...(secure ? [`-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${pathToFileURL(secure.jwks).href}`] : []),
        "-cp",
        classpath,
        "kafka.Kafka",
        config,
      ],
    }),
    ready: () => kafkaReady(secure ? ports.kafkaTls : ports.kafka, 2_000, secure),
  };
}

async function format(java: string, classpath: string, config: string): Promise<void> {
  const id = randomBytes(16).toString("base64url");
  const done = await finish({
    file: java,
    args: [
      "-XX:+UseSerialGC",
      "-XX:TieredStopAtLevel=1",
      "-cp",
      classpath,
      "kafka.tools.StorageTool",
      "format",
      `--cluster-id=${id}`,
      "--config",
      config,
      "--ignore-formatted",
    ],
  });
  if (done.code !== 0)
    throw refusal("STACK_PART_DIED", `Kafka could not format its log: ${lastLine(done.stderr + done.stdout)}`);
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
