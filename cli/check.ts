import { type AccountConfig, accountsIn } from "#shared/delivery/account-settings.ts";
import { type AccountCheck, checkAccount } from "#shared/delivery/check-account.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import { readConfig } from "#shared/platform/config/environment.ts";
import { createOutbound } from "#shared/platform/http/outbound.ts";
import { type CliCommand, exit } from "./command.ts";
import { checkSettingsOf, sendingChannels } from "./command-settings.ts";

const channelNames = sendingChannels.map(channelName);

/** `comms check`: asks the accounts of channels whether they would take a message. Nothing is sent. */
export const check: CliCommand = {
  name: "check",
  usage: "check [channel…]",
  summary: "Ask each provider account whether it would take a message; sends none",
  flags: {},
  accepts: ({ args }) => unknownChannels(args).length === 0,
  run: async ({ args }) => {
    const unknown = unknownChannels(args);
    if (unknown.length > 0) {
      process.stderr.write(`There is no channel '${unknown.join("', '")}'. There are: ${channelNames.join(", ")}\n`);
      return exit.usage;
    }
    const asked = sendingChannels.filter((channel) => args.length === 0 || args.includes(channelName(channel)));
    const config = readConfig(checkSettingsOf(asked));
    const outbound = createOutbound(config);
    const accounts = asked.flatMap((channel) => accountsIn(config, channel));
    const checked = await Promise.all(
      accounts.map(async (account) => ({ account, result: await checkAccount(account, { outbound }) })),
    );
    for (const { account, result } of checked) process.stdout.write(`${checkLine(account, result)}\n`);
    return checked.some(({ result }) => result.kind === "failed") ? exit.failed : exit.done;
  },
};

function unknownChannels(args: readonly string[]): readonly string[] {
  return args.filter((name) => !channelNames.includes(name));
}

function pageOf(provider: string): string {
  return `shared/delivery/providers/${provider}/README.md has the codes`;
}

/** Account, provider and what was found, between tabs. */
export function checkLine({ id, provider }: Pick<AccountConfig, "id" | "provider">, result: AccountCheck): string {
  const text = {
    ok: "ok",
    unknown: "not asked: the provider has nothing to ask without sending",
    failed: result.kind === "failed" ? `${result.code}: ${result.advice}; ${pageOf(provider.name)}` : "",
  }[result.kind];
  return [id, provider.name, text].join("\t");
}
