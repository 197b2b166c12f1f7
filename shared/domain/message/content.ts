/** The content of one message, as rendered and as the artifact store holds it (encrypted). */
export type Content = EmailContent | PushContent | SmsContent | InappContent;

/** A mail: MJML compiled to HTML, and the same as plain text. */
export interface EmailContent {
  readonly channel: "EMAIL";
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/** A push to every device of a person. */
export interface PushContent {
  readonly channel: "PUSH";
  readonly title: string;
  readonly body: string;
  /** Strings only: FCM takes nothing else in `data`. */
  readonly data: Readonly<Record<string, string>>;
  readonly collapseKey: string | null;
}

/** A text of any length: the provider cuts it into segments. */
export interface SmsContent {
  readonly channel: "SMS";
  readonly text: string;
}

/** A note in the notification centre. */
export interface InappContent {
  readonly channel: "INAPP";
  readonly title: string;
  readonly body: string;
  readonly deepLink: string | null;
}

/** The reference that the artifact store returns for a content, and that records carry in its place. */
export interface ArtifactReceipt {
  /** `<tenant>/<msg_id>/<content hash>`. */
  readonly ref: string;
  /** SHA-256 of the plain content's canonical JSON, hex. */
  readonly hash: string;
  /** Size of that JSON, bytes. */
  readonly bytes: number;
}
