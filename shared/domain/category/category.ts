/** What a message is about, as people switch it on and off (PRF-03). In the order in which they are listed to people. */
export const categories = ["security", "legal", "booking", "messages", "reviews", "promotions", "finance"] as const;

/** One of `categories`. */
export type Category = (typeof categories)[number];

/** Which sending domain and reputation a message rides on: `updates.` or `notify.` (DLV-01). */
export type Stream = "marketing" | "transactional";

/** Whether a word is one of the seven categories. */
export function isCategory(word: string): word is Category {
  return (categories as readonly string[]).includes(word);
}

/** The stream of a category: promotions are marketing, all else, an unknown category included, is transactional. */
export function streamOf(category: string): Stream {
  return category === "promotions" ? "marketing" : "transactional";
}
