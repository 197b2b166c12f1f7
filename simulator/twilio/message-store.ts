import type { TextMessage } from "#simulator/twilio/request.ts";

/** A message that was taken, in the state that its callbacks have reached. */
export interface StoredMessage {
  readonly sid: string;
  readonly message: TextMessage;
  readonly at: number;
  status: string;
  errorCode: number | undefined;
}

export interface MessageStore {
  add(message: StoredMessage): void;
  find(sid: string): StoredMessage | undefined;
}

const maxMessages = 5_000;

/** Keeps the latest messages for the fetch by sid. */
export function createMessageStore(): MessageStore {
  const messages = new Map<string, StoredMessage>();
  return {
    find: (sid) => messages.get(sid),
    add(message) {
      messages.set(message.sid, message);
      const oldest = messages.keys().next().value;
      if (messages.size > maxMessages && oldest !== undefined) messages.delete(oldest);
    },
  };
}
