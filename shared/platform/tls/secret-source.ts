import { readFileSync } from "node:fs";
import { AppError } from "../errors/app-error.ts";

/** Gives a secret as it is now. Throws `SECRET_UNREADABLE` (retryable) where its file cannot be read. */
export type SecretSource = () => string;

/** A secret that a setting holds, or that lies in a file which another setting names. */
export interface SecretSetting {
  /** The setting that names the file, for errors. */
  readonly setting: string;
  readonly value?: string | undefined;
  readonly file?: string | undefined;
}

/**
 * The secret of a setting; undefined if neither a value nor a file is set. A file is read again at each call, so ask once a
 * connection and not once a request. The line end that editors and secret stores put there is no part of it.
 */
export function createSecretSource({ setting, value, file }: SecretSetting): SecretSource | undefined {
  if (file !== undefined) return () => readSecretFile(file, setting).trim();
  return value === undefined ? undefined : () => value;
}

/** The text of a file that a setting names. Throws `SECRET_UNREADABLE` (retryable): who replaces a file may be at it. */
export function readSecretFile(path: string, setting: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const message = `${setting}: the file that it names cannot be read`;
    throw new AppError("SECRET_UNREADABLE", message, { retryable: true, cause });
  }
}
