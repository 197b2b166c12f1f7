import { settings as admin } from "#gateway/admin/config.ts";
import { settings as gateway } from "#gateway/config.ts";
import { settings as digest } from "#processors/digest/config.ts";
import { settings as emailSender } from "#processors/email-sender/config.ts";
import { settings as feedback } from "#processors/feedback/config.ts";
import { settings as inappSender } from "#processors/inapp-sender/config.ts";
import { settings as intake } from "#processors/intake/config.ts";
import { settings as materializer } from "#processors/materializer/config.ts";
import { settings as projector } from "#processors/projector/config.ts";
import { settings as pushSender } from "#processors/push-sender/config.ts";
import { settings as renderer } from "#processors/renderer/config.ts";
import { settings as router } from "#processors/router/config.ts";
import { settings as scheduler } from "#processors/scheduler/config.ts";
import { settings as smsSender } from "#processors/sms-sender/config.ts";
import type { Stage } from "#shared/contracts/topics.ts";
import type { Settings } from "#shared/platform/config/setting.ts";
import type { HostedService } from "#shared/runtime/process/host.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import type { Runnable } from "#shared/runtime/processor.ts";

/** Something that `comms run` hosts: what it reads of the environment, and how it is assembled. */
export interface Hostable<Assembled> {
  readonly settings: Settings<object>;
  /** `config` must hold what `settings` read; it may hold more. */
  assemble(platform: ProcessContext, config: object): Promise<Assembled>;
}

/** Every stage. Its module is loaded only when it is hosted: a router never loads the Twilio client. */
export const hostableStages: Readonly<Record<Stage, Hostable<Runnable>>> = {
  intake: hostable(intake, () => import("#processors/intake/main.ts")),
  router: hostable(router, () => import("#processors/router/main.ts")),
  renderer: hostable(renderer, () => import("#processors/renderer/main.ts")),
  "email-sender": hostable(emailSender, () => import("#processors/email-sender/main.ts")),
  "push-sender": hostable(pushSender, () => import("#processors/push-sender/main.ts")),
  "sms-sender": hostable(smsSender, () => import("#processors/sms-sender/main.ts")),
  "inapp-sender": hostable(inappSender, () => import("#processors/inapp-sender/main.ts")),
  feedback: hostable(feedback, () => import("#processors/feedback/main.ts")),
  digest: hostable(digest, () => import("#processors/digest/main.ts")),
  scheduler: hostable(scheduler, () => import("#processors/scheduler/main.ts")),
  materializer: hostable(materializer, () => import("#processors/materializer/main.ts")),
  projector: hostable(projector, () => import("#processors/projector/main.ts")),
};

/** What is hosted like a stage and reads no topic. */
export type ServerName = "gateway" | "admin";

/** The gateway, and the admin API on a port of its own. */
export const hostableServers: Readonly<Record<ServerName, Hostable<HostedService>>> = {
  gateway: hostable(gateway, () => import("#gateway/main.ts")),
  admin: hostable(admin, () => import("#gateway/admin/main.ts")),
};

/** Whether a name is that of a server. */
export function isServerName(name: string): name is ServerName {
  return Object.hasOwn(hostableServers, name);
}

/** The settings of everything that may be hosted, by its name. */
export const hostableSettings: Readonly<Record<string, Settings<object>>> = {
  ...Object.fromEntries(Object.entries(hostableStages).map(([name, one]) => [name, one.settings])),
  gateway,
  admin,
};

function hostable<Config extends object, Assembled>(
  settings: Settings<Config>,
  load: () => Promise<{ assemble(platform: ProcessContext, config: Config): Promise<Assembled> }>,
): Hostable<Assembled> {
  return { settings, assemble: async (platform, config) => (await load()).assemble(platform, config as Config) };
}
