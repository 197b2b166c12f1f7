import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exists } from "../files.ts";
import { refusal } from "../refusal.ts";
import { finish } from "../run-command.ts";

/** A certificate and its key, in PEM files. */
export interface KeyPairFiles {
  readonly certificate: string;
  readonly key: string;
}

/** Whom a certificate is for. */
export interface CertificateSubject {
  /** The common name, which Kafka takes for the principal's. */
  readonly name: string;
  /** `DNS:localhost`, `IP:127.0.0.1`: for a server. */
  readonly altNames?: readonly string[];
  /** 0: it is out of its time at once. */
  readonly days?: number;
}

const usualDays = 3_650;
const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/**
 * Makes an authority in a folder, unless there is one. It signs for the local stack and for nothing else. Two that are trusted
 * at one time need two names: OpenSSL finds the issuer of a certificate by its name.
 */
export async function ensureAuthority(folder: string, name = "Carillon local stack"): Promise<KeyPairFiles> {
  const files = pairOf(folder, "ca");
  if (await exists(files.certificate)) return files;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await openssl(
    ["req", "-x509", ...newKey, "-keyout", files.key, "-out", files.certificate, "-days", String(usualDays)],
    ["-subj", `/CN=${name}`, "-addext", "keyUsage=critical,keyCertSign,cRLSign"],
  );
  return files;
}

/** Makes a certificate `<name>.pem` with its key `<name>.key` in the authority's folder, in the place of one that is there. */
export async function issueCertificate(
  folder: string,
  { name, altNames = [], days = usualDays }: CertificateSubject,
): Promise<KeyPairFiles> {
  const authority = pairOf(folder, "ca");
  const files = pairOf(folder, name);
  const [request, extensions] = [join(folder, `${name}.csr`), join(folder, `${name}.ext`)];
  await writeFile(extensions, altNames.length === 0 ? "" : `subjectAltName=${altNames.join(",")}\n`);
  await openssl(["req", ...newKey, "-keyout", files.key, "-out", request, "-subj", `/CN=${name}`]);
  await openssl(
    ["x509", "-req", "-in", request, "-CA", authority.certificate, "-CAkey", authority.key, "-CAcreateserial"],
    ["-days", String(days), "-extfile", extensions, "-out", files.certificate],
  );
  await Promise.all([request, extensions].map((file) => rm(file)));
  return files;
}

function pairOf(folder: string, name: string): KeyPairFiles {
  return { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
}

async function openssl(...args: readonly (readonly string[])[]): Promise<void> {
  const done = await finish({ file: "openssl", args: args.flat() }).catch((cause: unknown) => {
    throw refusal(
      "STACK_OPENSSL_MISSING",
      "The secure stack makes its certificates with 'openssl', which is not on the path: install it, or unset COMMS_STACK_SECURE.",
      cause,
    );
  });
  if (done.code !== 0)
    throw refusal("STACK_OPENSSL_FAILED", `'openssl' could not make a certificate: ${done.stderr.trim().slice(-300)}`);
}
