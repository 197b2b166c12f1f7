import type { ProviderEvent } from "#shared/avro/records.ts";
import type { Normalised } from "./report.ts";
import { normaliseSes } from "./ses.ts";
import { normaliseTwilio } from "./twilio.ts";

/** A webhook in our words, whatever its body holds. Total: it never throws. */
export function normalise({ provider, body, msg_id }: Pick<ProviderEvent, "provider" | "body" | "msg_id">): Normalised {
  const text = body.toString("utf8");
  if (provider === "ses") return normaliseSes(text);
  if (provider === "twilio") return normaliseTwilio(text, msg_id);
  return { kind: "unreadable", why: "There is no table for this provider" };
}
