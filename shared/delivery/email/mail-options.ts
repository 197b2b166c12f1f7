import { streamOf } from "#shared/domain/category/category.ts";
import type { UnsubscribeKeys } from "#shared/platform/crypto/unsubscribe-token.ts";
import type { OutboundMessage } from "../adapter.ts";
import type { MailStream } from "./headers.ts";

/** Where the unsubscribe links of a mail lead. */
export interface MailLinks {
  /** Public origin of the gateway: links are `<url>/unsubscribe/<token>`. */
  readonly unsubscribeUrl: string;
  readonly unsubscribeKeys: UnsubscribeKeys;
  /** An address whose mail somebody reads and unsubscribes by. Absent: the header has the link alone. */
  readonly unsubscribeMailbox?: string;
}

/** Who a mail comes from, and where its unsubscribe links lead. */
export interface MailOptions extends MailLinks {
  readonly streams: Readonly<Record<"marketing" | "transactional", MailStream>>;
}

/** The stream whose domain and configuration set a mail goes out by. */
export function mailStreamOf({ send }: OutboundMessage, options: MailOptions): MailStream {
  return options.streams[streamOf(send.category)];
}
