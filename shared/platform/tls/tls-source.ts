import { createSecureContext, type SecureContext } from "node:tls";
import { AppError } from "../errors/app-error.ts";
import { readSecretFile } from "./secret-source.ts";

/** A PEM file, and the setting that names it. */
export interface PemFile {
  readonly setting: string;
  readonly path: string;
}

/** The files of a client's TLS. Without an authority, those that Node trusts by itself. */
export interface TlsFiles {
  readonly ca?: PemFile | undefined;
  /** The client's own certificate, and its key: both or neither. */
  readonly certificate?: PemFile | undefined;
  readonly key?: PemFile | undefined;
}

/** What the files hold now, as text. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** TLS as its files have it now. */
export interface TlsSource {
  /** Reads the files. Throws `SECRET_UNREADABLE` (retryable), or `SECRET_NOT_PEM` where one holds something else. */
  material(): TlsMaterial;
  /** The same, ready for a connection; made anew only where a file has changed. */
  context(): SecureContext;
}

/** A source that reads its files at each call: ask once a connection. */
export function createTlsSource(files: TlsFiles): TlsSource {
  let made: { readonly of: string; readonly context: SecureContext } | undefined;
  const material = (): TlsMaterial => ({
    ...(files.ca && { ca: readPem(files.ca, "CERTIFICATE") }),
    ...(files.certificate && { cert: readPem(files.certificate, "CERTIFICATE") }),
    ...(files.key && { key: readPem(files.key, "PRIVATE KEY") }),
  });
  return {
    material,
    context: () => {
      const now = material();
      const of = JSON.stringify(now);
      if (made?.of !== of) made = { of, context: contextOf(now, files) };
      return made.context;
    },
  };
}

/** OpenSSL takes a text without a certificate for a list of none, and then trusts nobody, in words that name no file. */
function readPem({ setting, path }: PemFile, what: string): string {
  const text = readSecretFile(path, setting);
  if (text.includes(`${what}-----`)) return text;
  throw notPem(setting);
}

function contextOf(now: TlsMaterial, { ca, certificate }: TlsFiles): SecureContext {
  try {
    return createSecureContext(now);
  } catch (cause) {
    throw notPem((certificate ?? ca)?.setting ?? "TLS", cause);
  }
}

/** Retryable: while a certificate and its key are replaced, one after the other, they do not fit. */
function notPem(setting: string, cause?: unknown): AppError {
  const message = `${setting}: the file that it names is not the PEM that belongs there, or does not fit the key beside it`;
  return new AppError("SECRET_NOT_PEM", message, { retryable: true, cause });
}
