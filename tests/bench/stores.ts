import { readFileSync } from "node:fs";

/** The process of a server of the native stack; 0 where the stack runs in Docker, or the part does not run. */
export function storePid(name: string): number {
  try {
    const pids = JSON.parse(readFileSync(".carillon/processes.json", "utf8")) as Readonly<
      Record<string, { readonly pid: number }>
    >;
    return pids[name]?.pid ?? 0;
  } catch {
    return 0;
  }
}
