import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("read-mail.py", import.meta.url));

/** A mail as a mail program reads it. */
export interface ReadMail {
  /** Names in small letters, in their order. */
  readonly headers: readonly string[];
  readonly to: readonly string[];
  readonly subject: string;
  /** What the subject's encoding lacks. */
  readonly defects: readonly string[];
  readonly text: string;
  readonly html: string;
}

/** A Python with its email package; undefined if there is none. */
export function findMailReader(): string | undefined {
  const works = (python: string) => spawnSync(python, ["-c", "import email.policy"]).status === 0;
  return ["python3", "/usr/bin/python3"].find(works);
}

/** Reads mails by Python's email package, which knows nothing of how they were written. */
export function readMails(python: string, mails: readonly Buffer[]): readonly ReadMail[] {
  const input = JSON.stringify(mails.map((mail) => mail.toString("base64")));
  const { status, stdout, stderr } = spawnSync(python, [script], { input, maxBuffer: 64 * 1_048_576 });
  if (status !== 0) throw new Error(`Python could not read the mails: ${stderr.toString()}`);
  return JSON.parse(stdout.toString());
}
