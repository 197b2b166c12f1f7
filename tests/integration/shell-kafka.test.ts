import { systemClock } from "#shared/platform/clock/clock.ts";
import { createKafkajsLog } from "#shared/platform/kafka/kafkajs-log.ts";
import type { Log } from "#shared/platform/kafka/port.ts";
import { describeShell } from "#tests/contract/shell-conformance.ts";
import { addresses } from "#tests/support/addresses.ts";
import { type KillableLog, killable } from "#tests/support/killable-log.ts";
import type { ShellUnderTest } from "#tests/support/shell-crew.ts";
import { startTcpProxy, type TcpProxy } from "#tests/support/tcp-proxy.ts";

/** After so long the broker gives a killed member's partitions away. */
const sessionTimeoutMs = 6_000;

async function create(): Promise<ShellUnderTest> {
  const { bootstrap } = addresses().kafka;
  const log = createKafkajsLog({ bootstrap, clientId: "shell-test" });
  const proxies: TcpProxy[] = [];
  const members: Log[] = [];

  /** Each member has a proxy of its own: a killed one is cut off before it can say farewell. */
  async function memberLog(): Promise<KillableLog> {
    const [host = "", port = ""] = bootstrap.split(":");
    const proxy = await startTcpProxy({ host, port: Number(port) });
    const own = createKafkajsLog({ bootstrap, clientId: "shell-test-member", reroute: () => proxy });
    proxies.push(proxy);
    members.push(own);
    const process = killable({ ...own, consumer: (options) => own.consumer({ ...options, sessionTimeoutMs }) });
    const kill = async () => {
      proxies.splice(proxies.indexOf(proxy), 1);
      proxy.cut();
      await process.kill();
      await own.close(0);
      await proxy.close();
    };
    return { ...process, kill };
  }

  return {
    log,
    prefix: `t${Math.random().toString(36).slice(2)}.`,
    clock: systemClock,
    memberLog,
    loseNextResponse: async () => proxies.at(-1)?.loseNextProduceResponse(),
    away: () => {
      for (const proxy of proxies) proxy.cut();
    },
    back: () => {
      for (const proxy of proxies) proxy.mend();
    },
    pass: (ms) => systemClock.sleep(ms),
    close: async () => {
      await Promise.all(members.map((each) => each.close(1_000)));
      await log.close();
      await Promise.all(proxies.map((each) => each.close()));
    },
  };
}

describeShell("the shell on kafkajs and a real broker", create);
