import type { Outbound } from "#shared/platform/http/outbound.ts";
import type { ChannelAdapter } from "../../adapter.ts";
import { mailOptionsOf } from "../../email/mail-settings.ts";
import { checkResultOf } from "../check.ts";
import type { CheckResult, ProviderContext } from "../provider.ts";
import { createSesAdapter } from "./adapter.ts";
import { askSesAccount, createSesClient, type SesAccess } from "./client.ts";
import type { SesConfig } from "./config.ts";
import { sesAnswers } from "./core/answers.ts";

/** The adapter of one account. */
export function openSes(config: SesConfig, context: ProviderContext): ChannelAdapter {
  const links = { unsubscribeUrl: context.gatewayUrl(), unsubscribeKeys: context.unsubscribeKeys() };
  const { outbound, subjects } = context;
  return createSesAdapter({
    ...accessOf(config),
    outbound,
    ...(subjects && { subjects: subjects() }),
    mail: mailOptionsOf(config, links),
  });
}

/** Asks SES for the account: GetAccount needs the right `ses:GetAccount`. */
export async function checkSes(config: SesConfig, signal: AbortSignal, outbound: Outbound): Promise<CheckResult> {
  const client = createSesClient({ ...accessOf(config), outbound });
  try {
    return checkResultOf(sesAnswers, await askSesAccount(client, signal));
  } finally {
    client.destroy();
  }
}

function accessOf(config: SesConfig): SesAccess {
  const { COMMS_SES_ACCESS_KEY_ID: accessKeyId, COMMS_SES_SECRET_ACCESS_KEY: secretAccessKey } = config;
  const { COMMS_SES_ENDPOINT: endpoint, COMMS_SES_SESSION_TOKEN: sessionToken } = config;
  return {
    region: config.COMMS_SES_REGION,
    ...(endpoint && { endpoint }),
    ...(accessKeyId &&
      secretAccessKey && { credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) } }),
  };
}
