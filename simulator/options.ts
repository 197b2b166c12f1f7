/** The accounts that the doubles know. They are invented and give access to nothing. */
export interface Accounts {
  readonly ses: { readonly accountId: string; readonly region: string; readonly topicArn: string };
  readonly twilio: { readonly accountSid: string; readonly authToken: string };
  readonly fcm: { readonly projectId: string };
  readonly smtp: { readonly user: string; readonly password: string };
}

export const sandboxAccounts: Accounts = {
  ses: {
    accountId: "123456789012",
    region: "us-east-1",
    topicArn: "arn:aws:sns:us-east-1:123456789012:comms-ses-events",
  },
  twilio: { accountSid: `AC${"0".repeat(31)}1`, authToken: "simulator-auth-token" },
  fcm: { projectId: "carillon-simulator" },
  smtp: { user: "carillon", password: "simulator-smtp-password" },
};

export interface SimulatorOptions {
  readonly host?: string;
  /** 0 takes a free port. */
  readonly port?: number;
  /** 0 takes a free port. */
  readonly smtpPort?: number;
  /** Offers STARTTLS over SMTP, with a self-signed certificate. Default false. */
  readonly smtpTls?: boolean;
  /** The ledger's file, appended to. */
  readonly ledgerPath: string;
  /** The address of the gateway (`http://127.0.0.1:8080`). Without it no callback is sent. */
  readonly callbackBase?: string | undefined;
  /** Milliseconds from an answer to its first callback; each later one of the message follows after the same time again. */
  readonly callbackDelayMs?: number;
  /** Bits of the RSA key that signs SNS messages. Default 2,048, as SNS has it: fewer only where its cost disturbs a figure. */
  readonly snsKeyBits?: number;
  /** The SES events that the configuration set publishes. */
  readonly sesEvents?: readonly SesEventType[];
  /** Part of the text messages whose status callbacks come out of order. */
  readonly outOfOrderShare?: number;
  /** Decides every choice that is left to chance. */
  readonly seed?: number;
  readonly accounts?: Accounts;
}

export const sesEventTypes = [
  "Send",
  "Delivery",
  "Bounce",
  "Complaint",
  "Reject",
  "DeliveryDelay",
  "Open",
  "Click",
] as const;
export type SesEventType = (typeof sesEventTypes)[number];

export type SimulatorSettings = Required<Omit<SimulatorOptions, "callbackBase">>;

/** The options with every default filled in; `callbackBase` aside, since a command may change it while running. */
export function settingsOf(given: SimulatorOptions): SimulatorSettings {
  const { callbackBase: _callbackBase, ...options } = given;
  return {
    host: "127.0.0.1",
    port: 0,
    smtpPort: 0,
    smtpTls: false,
    callbackDelayMs: 50,
    snsKeyBits: 2_048,
    sesEvents: sesEventTypes.filter((type) => type !== "Send"),
    outOfOrderShare: 0.1,
    seed: 1,
    accounts: sandboxAccounts,
    ...options,
  };
}
