import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createSelfSigned } from "#simulator/self-signed.ts";

const postfix = "/usr/sbin/postfix";
const host = "mail.carillon.test";
const nobody = 65_534;

/** A Postfix of the test's own, in a folder of its own. */
export interface Postfix {
  readonly port: number;
  /** The certificate that STARTTLS shows, in PEM. */
  readonly ca: string;
  readonly login: { readonly user: string; readonly password: string };
  /** Returns the raw mails in a mailbox's maildir once it has `count`. Throws with Postfix's log after 20 s. */
  mails(mailbox: string, count: number): Promise<readonly Buffer[]>;
  log(): string;
  stop(): Promise<void>;
}

/** Whether this machine can run one: it needs Debian's `postfix` and `sasl2-bin`, and root, who must start its master. */
export function hasPostfix(): boolean {
  const isThere = (file: string) => spawnSync("test", ["-x", file]).status === 0;
  return process.getuid?.() === 0 && isThere(postfix) && isThere("/usr/sbin/saslpasswd2");
}

/** Starts Postfix on loopback. It demands STARTTLS and a login, and delivers to the maildirs of these mailboxes. */
export async function startPostfix(mailboxes: readonly string[]): Promise<Postfix> {
  const home = mkdtempSync(join(tmpdir(), "postfix-"));
  const login = { user: "carillon", password: "postfix-password" };
  const port = await freePort();
  const tls = await createSelfSigned(Date.now(), { name: host, ip: "127.0.0.1" });
  layOut(home, { port, mailboxes, tls, login });
  const master = spawn(postfix, ["-c", join(home, "etc"), "start-fg"], { stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  master.stderr.on("data", (text: Buffer) => (errors += text.toString()));
  const log = () => errors + readIfThere(join(home, "log", "mail.log"));
  await listening(port, master, log);
  return {
    port,
    ca: tls.certificate,
    login,
    log,
    mails: async (mailbox, count) => {
      const folder = join(home, "mail", mailbox, "new");
      for (let tries = 0; tries < 200; tries++) {
        const names = listIfThere(folder);
        if (names.length >= count) return names.toSorted().map((name) => readFileSync(join(folder, name)));
        await sleep(100);
      }
      throw new Error(`No ${count} mails for ${mailbox}:\n${log()}`);
    },
    stop: async () => {
      spawnSync(postfix, ["-c", join(home, "etc"), "stop"]);
      if (master.exitCode === null) await new Promise((resolve) => master.once("exit", resolve));
      rmSync(home, { recursive: true, force: true });
    },
  };
}

interface Plan {
  readonly port: number;
  readonly mailboxes: readonly string[];
  readonly tls: { readonly key: string; readonly certificate: string };
  readonly login: Postfix["login"];
}

/** Postfix's folders: its daemons run as `postfix`, and deliver as `nobody`. */
function layOut(home: string, { port, mailboxes, tls, login }: Plan): void {
  const uid = (name: string) => Number(execFileSync("id", ["-u", name]).toString());
  chmodSync(home, 0o755);
  for (const folder of ["etc", "etc/sasl", "queue", "data", "log", "mail"]) mkdirSync(join(home, folder));
  chownSync(join(home, "data"), uid("postfix"), nobody);
  chownSync(join(home, "mail"), nobody, nobody);
  const put = (path: string, text: string) => writeFileSync(join(home, path), text);
  put("etc/key.pem", tls.key);
  chmodSync(join(home, "etc/key.pem"), 0o600);
  put("etc/certificate.pem", tls.certificate);
  put("etc/mailboxes", mailboxes.map((mailbox) => `${mailbox} ${mailbox}/\n`).join(""));
  // Debian's Postfix looks for it here and not where `cyrus_sasl_config_path` says.
  put(
    "etc/sasl/smtpd.conf",
    `pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: ${home}/etc/sasl/db\nmech_list: PLAIN LOGIN\n`,
  );
  execFileSync("/usr/sbin/saslpasswd2", ["-c", "-p", "-f", `${home}/etc/sasl/db`, "-u", host, login.user], {
    input: login.password,
  });
  chownSync(join(home, "etc/sasl/db"), uid("postfix"), nobody);
  put("etc/main.cf", mainCf(home, mailboxes));
  put("etc/master.cf", masterCf(port));
}

function mainCf(home: string, mailboxes: readonly string[]): string {
  const domains = new Set(mailboxes.map((mailbox) => mailbox.slice(mailbox.indexOf("@") + 1)));
  return `compatibility_level = 3.6
queue_directory = ${home}/queue
data_directory = ${home}/data
maillog_file = ${home}/log/mail.log
maillog_file_prefixes = ${home}/log
myhostname = ${host}
mydestination =
alias_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
virtual_mailbox_domains = ${[...domains].join(" ")}
virtual_mailbox_base = ${home}/mail
virtual_mailbox_maps = texthash:${home}/etc/mailboxes
virtual_uid_maps = static:${nobody}
virtual_gid_maps = static:${nobody}
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = ${home}/etc/certificate.pem
smtpd_tls_key_file = ${home}/etc/key.pem
smtpd_sasl_auth_enable = yes
smtpd_sasl_local_domain = ${host}
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = reject_unlisted_recipient, permit_sasl_authenticated, reject
`;
}

/** The daemons that accept and deliver a mail, none of them in a chroot. */
function masterCf(port: number): string {
  const daemons = ["bounce", "error", "virtual", "anvil", "proxymap"];
  return [
    `127.0.0.1:${port} inet n - n - - smtpd`,
    "cleanup unix n - n - 0 cleanup",
    "qmgr unix n - n 300 1 qmgr",
    "rewrite unix - - n - - trivial-rewrite",
    "tlsmgr unix - - n 1000? 1 tlsmgr",
    "defer unix - - n - 0 bounce",
    "trace unix - - n - 0 bounce",
    "retry unix - - n - - error",
    "postlog unix-dgram n - n - 1 postlogd",
    ...daemons.map((name) => `${name} unix - ${name === "virtual" ? "n" : "-"} n - - ${name}`),
    "",
  ].join("\n");
}

async function listening(port: number, master: ChildProcess, log: () => string): Promise<void> {
  for (let tries = 0; tries < 150 && master.exitCode === null; tries++) {
    if (await accepts(port)) return;
    await sleep(100);
  }
  throw new Error(`Postfix did not start:\n${log()}`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("data", () => resolve(socket.end("QUIT\r\n") !== undefined));
    socket.once("error", () => resolve(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function listIfThere(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
