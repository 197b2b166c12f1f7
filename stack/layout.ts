import { join } from "node:path";

/** Every path of one stack. All but the cache lie under `<root>/.carillon`, which git ignores. */
export interface Layout {
  readonly root: string;
  readonly home: string;
  readonly data: string;
  readonly logs: string;
  readonly artifacts: string;
  readonly ledgerFile: string;
  /** Addresses, for everyone; see `shared/platform/config/addresses.ts`. */
  readonly stackFile: string;
  /** Certificates, keys and passwords of a secure stack. */
  readonly secure: string;
  readonly portsFile: string;
  /** Pids, for the stack itself. */
  readonly processesFile: string;
  readonly lockFile: string;
  /** The servers' binaries. Shared by all checkouts of a user. */
  readonly cache: string;
}

export function layoutOf(root: string, cache: string): Layout {
  const home = join(root, ".carillon");
  return {
    root,
    home,
    data: join(home, "data"),
    logs: join(home, "logs"),
    artifacts: join(home, "data", "artifacts"),
    ledgerFile: join(home, "data", "simulator", "ledger.ndjson"),
    stackFile: join(home, "stack.json"),
    secure: join(home, "secure"),
    portsFile: join(home, "ports.json"),
    processesFile: join(home, "processes.json"),
    lockFile: join(home, "lock"),
    cache,
  };
}
