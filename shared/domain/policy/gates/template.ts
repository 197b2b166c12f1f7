import type { TemplateChoice } from "../../template/template-choice.ts";
import { drop, type GateResult, pass } from "../gate-result.ts";

/** Drops a message without a published template for the channel, or without one in a fitting locale. */
export function template(choice: TemplateChoice | undefined, locale: string | undefined): GateResult<"PASS" | "DROP"> {
  if (!choice) return drop("COMMS_NO_TEMPLATE", "No version is published for this channel");
  if (locale === undefined) {
    return drop(
      "COMMS_LOCALE_MISSING",
      `Version ${choice.version} exists in ${choice.locales.join(", ") || "no locale"}`,
    );
  }
  return pass(`Version ${choice.version} in ${locale}`);
}
