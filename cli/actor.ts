import { hostname, userInfo } from "node:os";

/** Who is named in the audit: `--by`, or the account that runs the command. */
export function actorOf(by: unknown): string {
  return typeof by === "string" && by.trim() !== "" ? by.trim() : `${userInfo().username}@${hostname()}`;
}
