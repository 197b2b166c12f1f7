import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { passwordFile } from "#cli/acl.ts";
import { hostableServers, hostableStages, isServerName } from "#cli/hostable.ts";
import { prepareAll } from "#cli/prepare.ts";
import type { Stage } from "#shared/contracts/topics.ts";
import type { Addresses } from "#shared/platform/config/addresses.ts";
import { environmentWith, readConfig } from "#shared/platform/config/environment.ts";
import { kafkaSettings } from "#shared/platform/config/kafka-settings.ts";
import { processSettings } from "#shared/platform/config/process-settings.ts";
import { combineSettings } from "#shared/platform/config/setting.ts";
import { checkoutRoot } from "#shared/platform/config/stack-config.ts";
import { telemetrySettings } from "#shared/platform/config/telemetry-settings.ts";
import { type AccessAdmin, createAccessAdmin } from "#shared/platform/kafka/access-admin.ts";
import { kafkaConnection } from "#shared/platform/kafka/kafka-security.ts";
import { createFuseTopic } from "#shared/runtime/fuses/fuse-store.ts";
import type { HostedService } from "#shared/runtime/process/host.ts";
import { createProcessContext, type ProcessContext } from "#shared/runtime/process/process-context.ts";
import { Shell } from "#shared/runtime/shell/shell.ts";
import { startStack } from "#stack/stack.ts";
import { type AllConfig, allSettings } from "./all-settings.ts";
import { type OwnStack, ownStack } from "./own-stack.ts";
import { eventually } from "./world/eventually.ts";

const run = promisify(execFile);
const clientSettings = combineSettings(telemetrySettings, kafkaSettings);

/** What a principal runs, and the clients that it runs on: all with its own name and password. */
export interface Member {
  readonly platform: ProcessContext;
  readonly service: HostedService;
  /** With what it crashed; undefined while it lives. */
  crash(): unknown;
  stop(): Promise<void>;
}

/** A stack of its own with TLS, passwords and ACLs, prepared, with the users and rights that `comms acl apply` makes. */
export interface SecureStack {
  readonly addresses: Addresses & Required<Pick<Addresses, "secure">>;
  /** Its administrator's. */
  readonly platform: ProcessContext;
  readonly config: AllConfig;
  readonly access: AccessAdmin;
  /** The environment of its administrator; `as` gives that of a principal. */
  readonly env: Readonly<Record<string, string>>;
  as(principal: string): Readonly<Record<string, string>>;
  passwordFile(principal: string): string;
  /** A command of `comms`; what it printed on stdout. */
  comms(...args: readonly string[]): Promise<string>;
  /** The clients of a principal that hosts nothing; `env` counts over what that principal has. */
  client(principal: string, env?: Readonly<Record<string, string>>): ProcessContext;
  /** Starts a stage, or the gateway, as its own principal, in this process; `env` counts over what that principal has. */
  start(name: string, env?: Readonly<Record<string, string>>): Promise<Member>;
  remove(): Promise<void>;
}

/** Starts it; what fails on the way leaves nothing behind. */
export async function startSecureStack(): Promise<SecureStack> {
  const own = await ownStack({ secure: true });
  try {
    return await build(own);
  } catch (error) {
    await own.remove();
    throw error;
  }
}

async function build(own: OwnStack): Promise<SecureStack> {
  const addresses = await startStack(own.options);
  const { secure } = addresses;
  if (secure === undefined) throw new Error("The stack is not secure");
  const passwords = join(secure.folder, "principals");
  const env = { COMMS_STACK_ROOT: own.options.root, COMMS_LOG_LEVEL: "silent", COMMS_HTTP_PORT: "0" };
  const config = readConfig(allSettings, environmentWith(env));
  const platform = createProcessContext(config, { name: "admin" });
  // A broker that has just begun may take longer over 43 topics than a command waits.
  await eventually(async () => (await prepareAll(platform, { replicationFactor: 1 })).length > 0, "topics", 90_000);
  const comms = async (...args: readonly string[]): Promise<string> => {
    const options = { cwd: checkoutRoot, env: environmentWith(env) };
    return (await run(join(checkoutRoot, "bin", "comms"), [...args], options)).stdout;
  };
  await comms("acl", "apply", "--passwords", passwords);
  const access = createAccessAdmin(kafkaConnection(config, "access-test"));
  const as = (principal: string) => ({
    ...env,
    COMMS_BOOTSTRAP_SERVERS: addresses.kafka.bootstrap,
    COMMS_KAFKA_SECURITY_PROTOCOL: "SASL_SSL",
    COMMS_KAFKA_USER: principal,
    COMMS_KAFKA_PASSWORD_FILE: passwordFile(passwords, principal),
  });
  const opened: ProcessContext[] = [platform];
  const keep = (context: ProcessContext): ProcessContext => {
    opened.push(context);
    return context;
  };
  return {
    addresses: { ...addresses, secure },
    platform,
    config,
    access,
    env,
    as,
    passwordFile: (principal) => passwordFile(passwords, principal),
    comms,
    client: (principal, over = {}) => {
      const own = environmentWith({ ...as(principal), ...over });
      return keep(createProcessContext(readConfig(clientSettings, own), { name: principal }));
    },
    start: (name, over = {}) => startMember(name, { ...as(`comms-${name}`), ...over }),
    remove: async () => {
      await access.close();
      await Promise.all(opened.map((context) => context.close()));
      await own.remove();
    },
  };
}

/** As `comms run` hosts it, but for its probes. */
async function startMember(name: string, env: Readonly<Record<string, string>>): Promise<Member> {
  const hostable = isServerName(name) ? hostableServers[name] : hostableStages[name as Stage];
  const settings = combineSettings(processSettings, hostable.settings);
  const config = readConfig(settings, environmentWith(env));
  const platform = createProcessContext(config, { name });
  let crash: unknown;
  await platform.warm();
  const service = isServerName(name)
    ? await hostableServers[name].assemble(platform, config)
    : await stageService(name as Stage, { platform, config, onCrash: (error) => (crash = error) });
  // Not awaited: a stage that the brokers refuse waits in its start.
  const started = service.start().catch((error: unknown) => (crash = error));
  return {
    platform,
    service,
    crash: () => crash,
    stop: async () => {
      await service.stop(5_000);
      await started;
      await platform.close();
    },
  };
}

interface StageParts {
  readonly platform: ProcessContext;
  readonly config: object;
  readonly onCrash: (error: unknown) => void;
}

async function stageService(name: Stage, { platform, config, onCrash }: StageParts): Promise<HostedService> {
  const runnable = await hostableStages[name].assemble(platform, config);
  const { clock, telemetry, prefix, owner } = platform;
  const [log, codec] = [platform.log(), platform.codec()];
  const fuses = createFuseTopic({ log, codec, prefix });
  const shell = new Shell({
    runnable,
    log,
    codec,
    clock,
    random: Math.random,
    telemetry,
    prefix,
    owner,
    fuses,
    onCrash,
  });
  return { name, start: () => shell.start(), stop: (ms) => shell.stop(ms), state: () => shell.state() };
}
