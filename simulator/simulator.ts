import type { AddressInfo } from "node:net";
import Fastify, { type FastifyInstance } from "fastify";
import { createCallHandler } from "./call-handler.ts";
import { createCallbackQueue } from "./callbacks/callback-queue.ts";
import { controlRoutes, type Gateway } from "./control/routes.ts";
import { createFaultBox } from "./faults/fault-box.ts";
import { fcmRoutes } from "./fcm/routes.ts";
import { openCallLedger } from "./ledger/call-ledger.ts";
import { type SimulatorOptions, settingsOf } from "./options.ts";
import { createMailbox } from "./page/mailbox.ts";
import { pageRoutes } from "./page/routes.ts";
import { createSelfSigned } from "./self-signed.ts";
import { sesRoutes } from "./ses/routes.ts";
import { startSmtp } from "./smtp/server.ts";
import { createSigningCertificate } from "./sns/certificate.ts";
import { snsDoubleRoutes } from "./sns/routes.ts";
import { twilioDoubleRoutes } from "./twilio/routes.ts";

/** The providers' doubles, listening. */
export interface Simulator {
  /** `http://host:port`, without a trailing slash. */
  readonly url: string;
  /** `smtp://host:port`. */
  readonly smtp: string;
  /** The certificate of SMTP's STARTTLS in PEM; absent if STARTTLS is not offered. */
  readonly smtpCertificate?: string;
  readonly ledgerPath: string;
  /** Ends every connection and drops the pending callbacks. The ledger's file stays. */
  close(): Promise<void>;
}

/** A raw mail of 40 MB, SES's bound, in base64. */
const bodyBytesMax = 56 * 1024 * 1024;

/** Starts the doubles of SES, FCM, Twilio and SMTP. Rejects if a port is taken or the ledger cannot be opened. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const settings = settingsOf(options);
  const { accounts } = settings;
  const gateway: Gateway = { base: options.callbackBase };
  const ledger = openCallLedger(settings.ledgerPath);
  const faults = createFaultBox(settings.seed);
  const mailbox = createMailbox();
  const callbacks = createCallbackQueue();
  const handler = createCallHandler({ faults, ledger, mailbox, callbacks });
  const certificate = await createSigningCertificate(Date.now(), settings.snsKeyBits);

  const app = createServer();
  controlRoutes(app, { faults, ledger, mailbox, callbacks, gateway });
  pageRoutes(app, mailbox);
  snsDoubleRoutes(app, { certificate, callbacks, gateway, topicArn: accounts.ses.topicArn });
  sesRoutes(app, {
    handler,
    callbacks,
    account: accounts.ses,
    publishing: {
      certificate,
      topicArn: accounts.ses.topicArn,
      types: settings.sesEvents,
      delayMs: settings.callbackDelayMs,
      url: () => gateway.base && `${gateway.base}/webhooks/ses`,
    },
  });
  twilioDoubleRoutes(app, {
    handler,
    callbacks: {
      account: accounts.twilio,
      seed: settings.seed,
      outOfOrderShare: settings.outOfOrderShare,
      delayMs: settings.callbackDelayMs,
      base: () => gateway.base,
    },
  });
  fcmRoutes(app, { handler, seed: settings.seed });
  await app.listen({ host: settings.host, port: settings.port });

  const { host, smtpPort, smtpTls } = settings;
  const tls = smtpTls ? await createSelfSigned(Date.now(), { name: "localhost", ip: host }) : undefined;
  const smtp = await startSmtp(handler, { host, port: smtpPort, account: accounts.smtp, ...(tls && { tls }) });

  return {
    url: `http://${settings.host}:${portOf(app)}`,
    smtp: `smtp://${settings.host}:${smtp.port}`,
    ...(tls && { smtpCertificate: tls.certificate }),
    ledgerPath: settings.ledgerPath,
    async close() {
      await app.close();
      await smtp.close();
      await callbacks.close();
      ledger.close();
    },
  };
}

/** Every body arrives as bytes: each provider reads its own form, and the ledger hashes what was on the wire. */
function createServer(): FastifyInstance {
  const app = Fastify({ bodyLimit: bodyBytesMax, forceCloseConnections: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  return app;
}

function portOf(app: FastifyInstance): number {
  return (app.server.address() as AddressInfo).port;
}
