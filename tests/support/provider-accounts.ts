import { generateKeyPairSync } from "node:crypto";
import type { MailOptions } from "#shared/delivery/email/mail-options.ts";

const stream = { from: "Carillon <no-reply@notify.example.com>", domain: "notify.example.com", configurationSet: "c" };

/** What a mail of any provider needs beside its message: one stream for both kinds, and a key for links. */
export const mailOptions: MailOptions = {
  streams: { transactional: stream, marketing: stream },
  unsubscribeUrl: "https://gateway.example.com",
  unsubscribeKeys: { current: "k1", keys: { k1: { secret: "unsubscribe-secret-of-32-characters" } } },
};

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });

/** A service account that nobody knows, with a key of this process's own. */
export const fcmAccount = {
  projectId: "p",
  clientEmail: "a@b.example",
  privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
};
