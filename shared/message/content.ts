/** The words of one message, as rendered and as they lie (encrypted) in the artifact store. */
export type Content = EmailContent | PushContent | SmsContent | InappContent;

export interface EmailContent {
  readonly channel: "EMAIL";
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

export interface PushContent {
  readonly channel: "PUSH";
  readonly title: string;
  readonly body: string;
  /** Strings only: FCM takes nothing else in `data`. */
  readonly data: Readonly<Record<string, string>>;
  readonly collapseKey: string | null;
}

export interface SmsContent {
  readonly channel: "SMS";
  readonly text: string;
}

export interface InappContent {
  readonly channel: "INAPP";
  readonly title: string;
  readonly body: string;
  readonly deepLink: string | null;
}
