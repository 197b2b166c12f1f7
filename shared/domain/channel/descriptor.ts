import type { Category } from "../category/category.ts";
import type { Targets } from "../delivery/target.ts";
import type { KnownChannel } from "../message/channel.ts";
import type { Person } from "../recipient/person.ts";
import type { ContentPart } from "./content-part.ts";

/** The person that a message goes to, as the views have them now. */
export interface Recipient {
  readonly userId: string;
  readonly person: Pick<Person, "profile" | "tokens">;
}

/** The files of a locale that hold its template, by the part of the source that each fills; null for a part that is not there. */
export interface TemplateFiles {
  readonly subject: string | null;
  /** The body of a mail and the line that mail programs show after the subject, which the layout takes in. */
  readonly mjml: { readonly body: string; readonly preheader: string; readonly htmlBytesMax: number } | null;
  readonly text: string;
  /** A JSON object whose values are Liquid. */
  readonly data: string | null;
}

/** The columns of `comms_template` that belong to one channel or another. */
export const templateColumns = [
  "subject_mjml",
  "body_mjml",
  "body_text",
  "push_json",
  "sms_text",
  "inapp_json",
] as const;

/** One of `templateColumns`. */
export type TemplateColumn = (typeof templateColumns)[number];

/** What a column takes from a template's source; `note` is the JSON of title, body and data. */
export type TemplateColumnSource = "subject" | "mjml" | "text" | "note";

/** A content of any channel. */
interface AnyContent {
  readonly channel: KnownChannel;
}

/** How the content of one channel is written, kept and made. */
export interface ContentDescriptor<Content extends AnyContent> {
  /** Every part of the content, in the order in which it is filled and stored. */
  readonly parts: { readonly [Name in Exclude<keyof Content, "channel">]: ContentPart<Content[Name]> };
  readonly files: TemplateFiles;
  readonly columns: Readonly<Partial<Record<TemplateColumn, TemplateColumnSource>>>;
}

/**
 * What is particular to one channel. Each lies in a file of its own; `channels.ts` has them by name. `Content` is the
 * type of its content; `never` while it has none, so that nothing can be rendered for it.
 */
export interface ChannelDescriptor<Content extends AnyContent = AnyContent> {
  readonly channel: KnownChannel;
  /** Where a message goes: one target for each address or device. Pure. */
  targets(recipient: Recipient): Targets;
  /**
   * The one spelling of an address, or undefined if nothing can be sent to it; it does not promise that the address
   * exists. Null where addresses are not hashed, so that none can be suppressed: a device's token, the person itself.
   */
  readonly normalise: ((address: string) => string | undefined) | null;
  /**
   * Whether a second call of one message changes nothing, because where it goes `msg_id` is the key: then a call with an
   * unknown result is simply made again. Default false.
   */
  readonly isRepeatable?: boolean;
  /** Whether the channel may be used only after a recorded consent. */
  readonly needsConsent: boolean;
  /** The categories that are on until the person says otherwise; `always` where the person cannot switch them off. */
  readonly onByDefault: readonly Category[] | "always";
  /** The channels that a critical message takes in place of this one without a consent: the first that is open (PRF-08). */
  readonly fallback: readonly KnownChannel[];
  readonly content: [Content] extends [never] ? null : ContentDescriptor<Content> | null;
}
