import type { Channel } from "#shared/contracts/records.ts";
import { channels } from "../channel/channels.ts";
import { channelName } from "../message/channel.ts";

/**
 * What happens to a message while a flag of this kind binds: `drop` ends it, `keep` lets it wait and gives it back when the
 * flag is lifted.
 */
export type FlagEffect = "drop" | "keep";

/** One kind of flag. The list is closed: a name that none of them matches is refused. */
export interface FlagKind {
  /** How its names are written, `comms.pause.channel.<channel>` for example. */
  readonly form: string;
  readonly effect: FlagEffect;
  /** The value with which it binds; with the other one, or without a record, it does nothing. */
  readonly bindsWhen: boolean;
  /** What it does, in one sentence. */
  readonly description: string;
  /** The values of the variable part; undefined where any name of the right form is allowed. */
  readonly choices?: readonly string[];
  /** Of the whole name; its group is the variable part. */
  readonly pattern: RegExp;
}

const variable = {
  channel: { pattern: "[a-z]+", choices: channels.map(channelName) },
  /** The name of a provider, or the id of one account, `ses:default` for example. */
  provider: { pattern: "[a-z0-9][a-z0-9:_-]{0,63}" },
  template: { pattern: "[a-z0-9][a-z0-9._-]{0,127}" },
} as const;

/** Every kind of flag, in the order in which pages list them. */
export const flagKinds: readonly FlagKind[] = [
  kindOf("comms.channels.non_critical.enabled", {
    effect: "keep",
    bindsWhen: false,
    description: "While false, every message that is not critical waits",
  }),
  kindOf("comms.channels.<channel>.enabled", {
    effect: "drop",
    bindsWhen: false,
    description: "While false, every message on the channel is dropped, critical ones too",
  }),
  kindOf("comms.pause.channel.<channel>", {
    effect: "keep",
    bindsWhen: true,
    description: "While true, every message on the channel waits, critical ones too",
  }),
  kindOf("comms.pause.provider.<provider>", {
    effect: "keep",
    bindsWhen: true,
    description: "While true, no call is made to the provider, or to one account of it, and its messages wait",
  }),
  kindOf("comms.pause.template.<template>", {
    effect: "keep",
    bindsWhen: true,
    description: "While true, every message of the template waits, critical ones too",
  }),
  kindOf("comms.pause.tenant", {
    effect: "keep",
    bindsWhen: true,
    description: "While true, every message of the tenant waits, critical ones too; without a tenant, of all tenants",
  }),
];

/** The names that the gates ask for; each is a name of `flagKinds`. */
export const flagNames = {
  nonCritical: "comms.channels.non_critical.enabled",
  channelEnabled: (channel: Channel) => `comms.channels.${channelName(channel)}.enabled`,
  pauseChannel: (channel: Channel) => `comms.pause.channel.${channelName(channel)}`,
  /** `provider` is the name of a provider, or the id of one of its accounts. */
  pauseProvider: (provider: string) => `comms.pause.provider.${provider}`,
  pauseTemplate: (template: string) => `comms.pause.template.${template}`,
  pauseTenant: "comms.pause.tenant",
} as const;

/** A flag that is understood, or why it is refused: a sentence without the value. */
export type FlagParse =
  | { readonly kind: "flag"; readonly of: FlagKind; readonly value: boolean; readonly binds: boolean }
  | { readonly kind: "refused"; readonly issue: string };

/**
 * Reads a flag by its name and its value as JSON: `true` or `false` and nothing else, so `False`, `"false"` and `0` are refused.
 * An unknown name is refused. It does not know which providers and templates exist.
 */
export function parseFlag(name: string, value: string): FlagParse {
  const kind = flagKindOf(name);
  if (!kind) return { kind: "refused", issue: "No flag has this name: see docs/flags.md" };
  if (value !== "true" && value !== "false")
    return { kind: "refused", issue: "The value of a flag is true or false, in small letters" };
  const parsed = value === "true";
  return { kind: "flag", of: kind, value: parsed, binds: parsed === kind.bindsWhen };
}

/** The kind that a name belongs to; undefined for an unknown name. */
export function flagKindOf(name: string): FlagKind | undefined {
  return flagKinds.find(({ pattern, choices }) => {
    const found = pattern.exec(name);
    return found !== null && (choices?.includes(found[1] ?? "") ?? true);
  });
}

type KindOptions = Pick<FlagKind, "effect" | "bindsWhen" | "description">;

function kindOf(form: string, options: KindOptions): FlagKind {
  const name = /<(\w+)>/.exec(form)?.[1] as keyof typeof variable | undefined;
  const part: { readonly pattern: string; readonly choices?: readonly string[] } | undefined = name && variable[name];
  const text = form.replaceAll(".", "\\.").replace(/<\w+>/, `(${part?.pattern})`);
  const choices = part?.choices && { choices: part.choices };
  return { form, ...options, ...choices, pattern: new RegExp(`^${text}$`) };
}
