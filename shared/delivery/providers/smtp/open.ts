import type { ChannelAdapter } from "../../adapter.ts";
import { mailOptionsOf } from "../../email/mail-settings.ts";
import { checkResultOf } from "../check.ts";
import type { CheckResult, ProviderContext } from "../provider.ts";
import { createSmtpAdapter } from "./adapter.ts";
import { dkimKeysOf, type SmtpConfig, smtpServerOf } from "./config.ts";
import { smtpAnswers } from "./core/answers.ts";
import { checkSmtpServer } from "./transport.ts";

/** The adapter of one account. */
export function openSmtp(config: SmtpConfig, context: ProviderContext): ChannelAdapter {
  const links = { unsubscribeUrl: context.gatewayUrl(), unsubscribeKeys: context.unsubscribeKeys() };
  const mail = mailOptionsOf(config, links);
  return createSmtpAdapter({ server: smtpServerOf(config), dkim: dkimKeysOf(config), mail });
}

/** Connects, upgrades, logs in and leaves. Whether the server takes our mail shows with the first one. */
export async function checkSmtp(config: SmtpConfig, signal: AbortSignal): Promise<CheckResult> {
  return checkResultOf(smtpAnswers, await checkSmtpServer(smtpServerOf(config), signal));
}
