import { senderParts } from "#shared/delivery/assemble.ts";
import { budgetLimits } from "#shared/delivery/budget.ts";
import type { MailStream } from "#shared/delivery/email/headers.ts";
import type { ConfigOf } from "#shared/platform/config/setting.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import { unsubscribeKeysOf } from "#shared/runtime/process/rotation.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { createSesAdapter } from "./adapters/ses.ts";
import type { settings } from "./config.ts";
import { createEmailSender } from "./processor.ts";

/** SES counts by the second; a tenth of it waits for codes and receipts. */
export const sesBudgetShares = { burstSeconds: 1, reserveShare: 0.1 };

export async function assemble(platform: ProcessContext, config: ConfigOf<typeof settings>): Promise<Runnable> {
  const limits = budgetLimits(config.COMMS_SES_RATE, sesBudgetShares);
  const adapter = createSesAdapter({
    region: config.COMMS_SES_REGION,
    ...(config.COMMS_SES_ENDPOINT ? { endpoint: config.COMMS_SES_ENDPOINT } : {}),
    credentials: { accessKeyId: config.COMMS_SES_ACCESS_KEY_ID, secretAccessKey: config.COMMS_SES_SECRET_ACCESS_KEY },
    mail: {
      streams: {
        transactional: streamOf(config.COMMS_MAIL_DOMAIN, "transactional"),
        marketing: streamOf(config.COMMS_MARKETING_DOMAIN, "marketing"),
      },
      unsubscribeUrl: config.COMMS_GATEWAY_PUBLIC_URL.replace(/\/$/, ""),
      unsubscribeKeys: unsubscribeKeysOf(config),
    },
  });
  return {
    processor: createEmailSender(senderParts(platform, config, { adapter, limits })),
    close: () => adapter.close(),
  };
}

function streamOf(domain: string, name: string): MailStream {
  return { from: `Carillon <no-reply@${domain}>`, domain, configurationSet: `comms-${name}` };
}
