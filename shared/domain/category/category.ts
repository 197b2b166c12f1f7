/** The subjects of messages that people can switch on and off (PRF-03), in the order in which people see them. */
export const categories = ["security", "legal", "booking", "messages", "reviews", "promotions", "finance"] as const;

/** One of `categories`. */
export type Category = (typeof categories)[number];

/** The sending domain, and with it the reputation, of a message: `updates.` or `notify.` (DLV-01). */
export type Stream = "marketing" | "transactional";

/** The stream of a category: promotions are marketing; all others, unknown categories included, are transactional. */
export function streamOf(category: string): Stream {
  return category === "promotions" ? "marketing" : "transactional";
}
