import type { Channel } from "#shared/contracts/records.ts";
import { channelName, type KnownChannel } from "../message/channel.ts";
import type { TemplateManifest } from "./manifest.ts";

/** One template in one version, locale and channel, as its author wrote it: Liquid, and MJML for an email's body. */
export interface TemplateSource {
  readonly name: string;
  readonly version: number;
  readonly channel: KnownChannel;
  readonly locale: string;
  readonly manifest: TemplateManifest;
  /** Subject of an email, title of a push or in-app note; null for SMS. */
  readonly subject: string | null;
  /** The whole MJML document of an email, layout included; null for the others. */
  readonly mjml: string | null;
  /** The email's text part, the SMS, or the body of a push or in-app note. */
  readonly text: string;
  /** A JSON object whose values are Liquid: deep link, collapse key; null for email and SMS. */
  readonly data: string | null;
}

/** The fields that identify a template (TPL-10). */
export interface TemplatePlace {
  readonly name: string;
  readonly version: number;
  readonly locale: string;
  readonly channel: Channel;
}

/** The name of a source in issues and reports: `charge_receipt/1 en-US email`. */
export function sourceName(place: TemplatePlace): string {
  return `${place.name}/${place.version} ${place.locale} ${channelName(place.channel)}`;
}

/** The key of a template on `comms.templates`. */
export function templateKey(place: TemplatePlace): string {
  return `${place.name}/${place.version}/${place.locale}/${place.channel}`;
}
