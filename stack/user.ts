import { access, chown, constants, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ProcessCommand } from "./part.ts";
import { refusal } from "./refusal.ts";
import { finish } from "./run-command.ts";

/** `nobody` exists on Linux and macOS. Postgres only requires a user that is not root. */
const unprivileged = { uid: 65534, gid: 65534 };

/** The user that Postgres runs as, or undefined for the current one: root gives way to an unprivileged user. */
export function postgresUser(): { readonly uid: number; readonly gid: number } | undefined {
  return process.getuid?.() === 0 ? unprivileged : undefined;
}

/**
 * The command as the unprivileged user. The two capabilities let it walk through folders that only root may enter
 * (a checkout or a cache under `/root`); they end with the process.
 */
export function asUnprivileged(command: ProcessCommand): ProcessCommand {
  const { uid, gid } = unprivileged;
  return {
    ...command,
    file: "setpriv",
    args: [
      `--reuid=${uid}`,
      `--regid=${gid}`,
      "--clear-groups",
      "--inh-caps=+dac_override",
      "--ambient-caps=+dac_override",
      command.file,
      ...command.args,
    ],
  };
}

/** Throws a refusal if the unprivileged user cannot run a file. Capabilities do not help: Postgres asks `access(2)` first. */
export async function assertUnprivilegedMayRun(file: string): Promise<void> {
  const found = await finish(asUnprivileged({ file: "test", args: ["-x", file] })).catch(() => undefined);
  if (found?.code === 0) return;
  throw refusal(
    "STACK_UNREACHABLE_FOLDER",
    `Postgres refuses to run as root, and user 'nobody', whom it would run as, may not run ${file}: start the stack as another ` +
      "user, or set COMMS_CACHE to a folder that everybody may enter (and have 'setpriv' of util-linux installed).",
  );
}

/** Gives a folder and all in it to the user. */
export async function giveTo(folder: string, user: { readonly uid: number; readonly gid: number }): Promise<void> {
  await chown(folder, user.uid, user.gid);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    await chown(join(entry.parentPath, entry.name), user.uid, user.gid);
  }
}

/** Throws a refusal for data that another user owns: the servers would otherwise die in mid-start with errors of their own. */
export async function assertOwned(folder: string, owner = process.getuid?.()): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined || owner === undefined) return;
  const writable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (found.uid === owner || (process.getuid?.() === 0 && writable && owner === 0)) return;
  throw refusal(
    "STACK_WRONG_OWNER",
    `${folder} belongs to user ${found.uid}, this stack runs it as user ${owner}: start it as the user who did before, ` +
      `or hand the folder over ('sudo chown -R ${owner} ${folder}').`,
  );
}
