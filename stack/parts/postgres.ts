import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exists } from "../files.ts";
import type { Part, ProcessCommand } from "../part.ts";
import { refusal } from "../refusal.ts";
import { finish } from "../run-command.ts";
import { copyServerFiles, type SecureFiles } from "../secure/secure-files.ts";
import { assertUnprivilegedMayRun, asUnprivileged, giveTo, postgresUser } from "../user.ts";
import type { PartContext } from "./context.ts";
import { createDatabase, postgresArguments, postgresLogin, postgresReady, postgresUrl } from "./postgres-probe.ts";

/** Postgres on loopback, without a Unix socket. Under root it runs as an unprivileged user, as it insists. */
export function postgresPart({ layout, ports, binaries, secure }: PartContext): Part {
  const home = join(layout.data, "postgres");
  const cluster = join(home, "cluster");
  const bin = join(binaries.postgres, "bin");
  const user = postgresUser();
  const owned = (command: ProcessCommand) => (user === undefined ? command : asUnprivileged(command));
  return {
    name: "postgres",
    address: postgresUrl(ports.postgres, secure !== undefined),
    logFile: join(layout.logs, "postgres.log"),
    stopSignal: "SIGINT",
    async prepare() {
      await mkdir(home, { recursive: true });
      if (secure !== undefined) await prepareTls(secure, home);
      if (user !== undefined) {
        await giveTo(home, user);
        await assertUnprivilegedMayRun(join(bin, "postgres"));
      }
      if (!(await exists(join(cluster, "PG_VERSION")))) await initdb({ home, cluster, bin, owned });
    },
    command: () =>
      owned({
        file: join(bin, "postgres"),
        cwd: home,
        args: ["-D", cluster, ...settings(ports.postgres), ...(secure ? tlsSettings(home) : [])],
      }),
    ready: () => postgresReady(ports.postgres, 2_000, secure),
    afterReady: () => createDatabase(ports.postgres, secure),
  };
}

function settings(port: number): string[] {
  return ["-clisten_addresses=127.0.0.1", `-cport=${port}`, "-cunix_socket_directories=", ...postgresArguments];
}

/** The key must be the server's own; and who comes in plain text is not let in. */
async function prepareTls(secure: SecureFiles, home: string): Promise<void> {
  await copyServerFiles(secure, home);
  await writeFile(join(home, "hba.conf"), "hostssl all all 127.0.0.1/32 scram-sha-256\n");
}

function tlsSettings(home: string): string[] {
  const file = (name: string) => join(home, name);
  return [
    "-cssl=on",
    `-cssl_cert_file=${file("server.pem")}`,
    `-cssl_key_file=${file("server.key")}`,
    `-chba_file=${file("hba.conf")}`,
  ];
}

interface ClusterParts {
  readonly home: string;
  readonly cluster: string;
  /** The folder of Postgres's programs. */
  readonly bin: string;
  /** Gives a command to the user that Postgres runs as. */
  readonly owned: (command: ProcessCommand) => ProcessCommand;
}

async function initdb({ home, cluster, bin, owned }: ClusterParts): Promise<void> {
  // A first start that was cut short leaves a folder that initdb refuses, with nothing in it to lose.
  await rm(cluster, { recursive: true, force: true });
  const passwords = join(home, "pwfile");
  await writeFile(passwords, `${postgresLogin.password}\n`);
  const done = await finish(
    owned({
      file: join(bin, "initdb"),
      cwd: home,
      args: [
        `--pgdata=${cluster}`,
        `--username=${postgresLogin.user}`,
        `--pwfile=${passwords}`,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
      ],
    }),
  );
  await rm(passwords, { force: true });
  if (done.code !== 0) throw refusal("STACK_PART_DIED", `Postgres could not make its cluster: ${done.stderr.trim()}`);
}
