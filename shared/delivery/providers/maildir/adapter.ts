import { access, constants, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { contentFor } from "#shared/domain/channel/channels.ts";
import type { Answer } from "#shared/domain/delivery/answer.ts";
import { codeOf } from "#shared/platform/errors/app-error.ts";
import type { ChannelAdapter, OutboundMessage } from "../../adapter.ts";
import { mailOptionsOf } from "../../email/mail-settings.ts";
import { composeMail, type MailOptions } from "../../email/mime.ts";
import { checkResultOf } from "../check.ts";
import type { CheckResult, ProviderContext } from "../provider.ts";
import type { MaildirConfig } from "./config.ts";
import { codeOfFileError, maildirAnswers } from "./core/answers.ts";

/** The options of the adapter. */
export interface MaildirOptions {
  readonly folder: string;
  readonly mail: MailOptions;
}

/**
 * Creates the adapter of a folder: a mail is `<msg_id>.eml`, whole or not there. Writing twice replaces the file by the same
 * mail, so a write with an unknown result counts as not made.
 */
export function createMaildirAdapter({ folder, mail }: MaildirOptions): ChannelAdapter {
  return {
    provider: "maildir",
    answers: maildirAnswers,
    send: async (message) => {
      const raw = await composeMail(message, contentFor("EMAIL", message), mail);
      return writeMail(folder, message, raw);
    },
    close: async () => {},
  };
}

/** The adapter of one account. */
export function openMaildir(config: MaildirConfig, context: ProviderContext): ChannelAdapter {
  const links = { unsubscribeUrl: context.gatewayUrl(), unsubscribeKeys: context.unsubscribeKeys() };
  return createMaildirAdapter({ folder: config.COMMS_MAILDIR_FOLDER, mail: mailOptionsOf(config, links) });
}

/** Asks whether the folder may be written to. */
export async function checkMaildir(folder: string): Promise<CheckResult> {
  const answer = await answerOf(() => access(folder, constants.W_OK));
  return checkResultOf(maildirAnswers, answer);
}

async function writeMail(folder: string, { send }: OutboundMessage, raw: Buffer): Promise<Answer> {
  const name = `${encodeURIComponent(send.msg_id)}.eml`;
  return answerOf(async () => {
    const unfinished = join(folder, `.${name}`);
    await writeFile(unfinished, raw, { mode: 0o600, flush: true });
    await rename(unfinished, join(folder, name));
    return name;
  });
}

async function answerOf(act: () => Promise<string | void>): Promise<Answer> {
  try {
    return { kind: "accepted", ref: (await act()) ?? null };
  } catch (error) {
    return { kind: "refused", code: codeOfFileError(codeOf(error)) };
  }
}
