import { execFile } from "node:child_process";
import { existsSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { promisify } from "node:util";
import { eventually } from "#tests/support/world/eventually.ts";
import { freePort } from "#tests/support/world/free-port.ts";

/** Requests that a broker has had so far, whoever sent them. */
export interface BrokerRequests {
  readonly fetches: number;
  readonly produces: number;
}

const run = promisify(execFile);
/** A JVM answers its attach socket within this, and starts and stops an agent, ms. */
const attachMs = 10_000;

/**
 * Asks a broker of this machine for its own count, over JMX. Its agent is started for the question and stopped after it,
 * so that nothing of it runs while a bench measures. Takes about a second, and some CPU of the broker.
 */
export async function brokerRequests(pid: number): Promise<BrokerRequests> {
  const port = String(await freePort());
  const agent = `ManagementAgent.start jmxremote.port=${port} jmxremote.rmi.port=${port} jmxremote.host=127.0.0.1`;
  await diagnose(pid, `${agent} jmxremote.authenticate=false jmxremote.ssl=false`);
  try {
    const counts = await countsOf(pid, port);
    return { fetches: counts.get("FetchConsumer") ?? 0, produces: counts.get("Produce") ?? 0 };
  } finally {
    await diagnose(pid, "ManagementAgent.stop");
  }
}

/** The requests by their kind, all versions added up. The broker's own Java runs it, and Kafka's own tool reads them: it lies beside the broker. */
async function countsOf(pid: number, port: string): Promise<ReadonlyMap<string, number>> {
  const { stdout } = await run(readlinkSync(`/proc/${pid}/exe`), [
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-cp",
    classPathOf(pid),
    "org.apache.kafka.tools.JmxTool",
    "--jmx-url",
    `service:jmx:rmi:///jndi/rmi://127.0.0.1:${port}/jmxrmi`,
    "--object-name",
    "kafka.network:type=RequestMetrics,name=RequestsPerSec,request=*,version=*",
    "--attributes",
    "Count",
    "--one-time",
    "--report-format",
    "properties",
  ]);
  const counts = new Map<string, number>();
  for (const [, request = "", count] of stdout.matchAll(/request=(\w+),version=\d+:Count=(\d+)/g)) {
    counts.set(request, (counts.get(request) ?? 0) + Number(count));
  }
  if (counts.size === 0) throw new Error(`The broker tells no requests over JMX: ${stdout.slice(0, 500)}`);
  return counts;
}

function classPathOf(pid: number): string {
  const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  return words[words.indexOf("-cp") + 1] ?? "";
}

/** One diagnostic command to a JVM, over the socket that `jcmd` uses: the tool itself is not part of a JRE. */
async function diagnose(pid: number, command: string): Promise<void> {
  const path = `/tmp/.java_pid${pid}`;
  if (!existsSync(path)) {
    const wish = `/tmp/.attach_pid${pid}`;
    writeFileSync(wish, "");
    process.kill(pid, "SIGQUIT");
    await eventually(() => existsSync(path), "the broker's JVM to open its attach socket", attachMs);
    rmSync(wish, { force: true });
  }
  const answer = await askSocket(path, `1\0jcmd\0${command}\0\0\0`);
  // The first line is the result as a number.
  if (!answer.startsWith("0")) throw new Error(`The broker's JVM refused '${command}': ${answer.trim()}`);
}

function askSocket(path: string, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    let answer = "";
    socket.setEncoding("utf8").on("data", (text: string) => {
      answer += text;
    });
    socket.setTimeout(attachMs, () => socket.destroy(new Error("The broker's JVM does not answer")));
    socket.once("end", () => resolve(answer));
    socket.once("error", reject);
    socket.write(request);
  });
}
