import type { Channel } from "#shared/contracts/records.ts";
import { type Category, categories } from "../category/category.ts";

/** The categories that are on by default (PRF-04 to PRF-07). WhatsApp follows SMS: both need an opt-in. */
const onByDefault: Readonly<Record<Channel, readonly Category[]>> = {
  EMAIL: categories.filter((category) => category !== "promotions"),
  PUSH: ["booking", "messages", "reviews"],
  SMS: ["security"],
  INAPP: categories,
  WHATSAPP: ["security"],
  UNKNOWN: [],
};

/** Whether a category is on by default on a channel. An unknown category is off. */
export function isOnByDefault(channel: Channel, category: string): boolean {
  return (onByDefault[channel] as readonly string[]).includes(category);
}
