import type { Outbound } from "#shared/platform/http/outbound.ts";
import type { ChannelAdapter } from "../../adapter.ts";
import { checkResultOf } from "../check.ts";
import type { CheckResult, ProviderContext } from "../provider.ts";
import { accessTokensOf, type ServiceAccount } from "./access-token.ts";
import { createFcmAdapter } from "./adapter.ts";
import type { FcmConfig } from "./config.ts";
import { fcmAnswers } from "./core/answers.ts";

/** The adapter of one project. */
export function openFcm(config: FcmConfig, { clock, outbound }: ProviderContext): ChannelAdapter {
  const { COMMS_FCM_URL: baseUrl, COMMS_FCM_TOKEN_URL: tokenUrl } = config;
  return createFcmAdapter({ account: accountOf(config), baseUrl, tokenUrl, clock, outbound });
}

/** Asks for an access token. Whether the project may send shows with the first message. */
export async function checkFcm(config: FcmConfig, signal: AbortSignal, outbound: Outbound): Promise<CheckResult> {
  const source = { account: accountOf(config), tokenUrl: config.COMMS_FCM_TOKEN_URL, outbound };
  const tokens = accessTokensOf(source, Date.now);
  const access = await tokens.get(signal);
  return checkResultOf(fcmAnswers, "failed" in access ? access.failed : { kind: "accepted", ref: null });
}

function accountOf(config: FcmConfig): ServiceAccount {
  return {
    projectId: config.COMMS_FCM_PROJECT,
    clientEmail: config.COMMS_FCM_CLIENT_EMAIL,
    privateKey: config.COMMS_FCM_PRIVATE_KEY.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}
