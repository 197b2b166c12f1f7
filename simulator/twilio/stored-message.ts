import type { Recent } from "../core/recent.ts";
import type { TextMessage } from "./request.ts";

/** A message that was taken, in the state that its callbacks have reached. */
export interface StoredMessage {
  readonly sid: string;
  readonly message: TextMessage;
  readonly at: number;
  status: string;
  errorCode: number | undefined;
}

/** The latest messages by sid, for the fetch. */
export type MessageStore = Recent<StoredMessage>;
