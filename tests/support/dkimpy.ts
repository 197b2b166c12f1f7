import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("verify-dkim.py", import.meta.url));

/** A Python that has dkimpy and PyNaCl (Debian: `python3-dkim`, `python3-nacl`); undefined if there is none. */
export function findDkimpy(): string | undefined {
  const hasBoth = (python: string) => spawnSync(python, ["-c", "import dkim, nacl"]).status === 0;
  return ["python3", "/usr/bin/python3"].find(hasBoth);
}

/** Verifies each signature of a mail by dkimpy, from the top: its algorithm, whether it holds, and the reason if not. */
export function verifyDkim(
  python: string,
  mail: Buffer,
  records: Readonly<Record<string, string>>,
): readonly (readonly [algorithm: string, holds: boolean, why: string])[] {
  const { status, stdout, stderr } = spawnSync(python, [script, JSON.stringify(records)], { input: mail });
  if (status !== 0) throw new Error(`dkimpy failed: ${stderr.toString()}`);
  return JSON.parse(stdout.toString());
}
