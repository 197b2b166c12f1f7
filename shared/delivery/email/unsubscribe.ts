import type { Send } from "#shared/contracts/records.ts";
import { streamOf } from "#shared/domain/category/category.ts";

/** What a mail's one-click link unsubscribes from: the whole of marketing, or else the category. */
export function unsubscribeScope(send: Send): string {
  return streamOf(send.category) === "marketing" ? "stream:marketing" : `category:${send.category}`;
}
