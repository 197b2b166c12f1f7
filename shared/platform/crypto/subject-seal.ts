import { hkdfSync, type KeyObject } from "node:crypto";
import type { Send } from "#shared/contracts/records.ts";
import { type ReportSubject, readSubject, writeSubject } from "#shared/domain/feedback/report-subject.ts";
import type { AddressHasherOptions } from "./address-hash.ts";
import { contextOf, open, seal, sealingKey } from "./envelope.ts";

/**
 * Makes what a report on a message repeats into a text that a provider carries and cannot read, and back. So a webhook
 * brings the subject of its report along, and nobody needs to look it up.
 */
export interface SubjectSeal {
  /** Letters, digits, `-` and `_`. Bound to the message's id, which must stand beside it. */
  seal(send: Pick<Send, keyof ReportSubject>): string;
  /** The subject; undefined for anything that was not sealed for this message under one of the keys. */
  open(sealed: string, msgId: string): ReportSubject | undefined;
}

const purpose = "comms report subject v1";

/** Seals under a key that is derived from the current pepper, and opens under each: one may be rotating. */
export function createSubjectSeal({ current, peppers }: AddressHasherOptions): SubjectSeal {
  const currentKey = keyOf(peppers[current] ?? "");
  const others = Object.keys(peppers).filter((id) => id !== current);
  const keys = [currentKey, ...others.map((id) => keyOf(peppers[id] ?? ""))];
  return {
    seal: (send) =>
      seal(currentKey, Buffer.from(writeSubject(send), "utf8"), contextFor(send.msg_id)).toString("base64url"),
    open: (sealed, msgId) => {
      const bytes = Buffer.from(sealed, "base64url");
      for (const key of keys) {
        const text = openOrNone(key, bytes, contextFor(msgId));
        if (text !== undefined) return readSubject(text, msgId);
      }
      return undefined;
    },
  };
}

function keyOf(pepper: string): KeyObject {
  return sealingKey(Buffer.from(hkdfSync("sha256", pepper, "", purpose, 32)));
}

function contextFor(msgId: string): Buffer {
  return contextOf(purpose, msgId);
}

function openOrNone(key: KeyObject, sealed: Buffer, context: Buffer): string | undefined {
  try {
    return open(key, sealed, context).toString("utf8");
  } catch {
    return undefined;
  }
}
