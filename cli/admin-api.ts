import { randomUUID } from "node:crypto";
import { type Fields, fieldsOf, listOf, parseJson, textOf } from "#shared/domain/json/readers.ts";
import { readConfig } from "#shared/platform/config/environment.ts";
import { exit, type Invocation } from "./command.ts";
import { adminSettings } from "./command-settings.ts";

/** A request waits no longer than this for its answer, ms. */
const answerMsMax = 30_000;

/** One request to the admin API. */
export interface ApiCall {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** With its query, its parts encoded. */
  readonly path: string;
  readonly body?: object;
  /** The tenant that a key of many tenants names; undefined leaves it to the key. */
  readonly tenant: string | undefined;
}

/** What the flags of every command of the admin API are. */
export const adminFlags = {
  tenant: { type: "string" },
  format: { type: "string", default: "text" },
} as const;

/** Whether `--format` names a format. */
export function hasFormat({ format }: Invocation["flags"]): boolean {
  return format === "text" || format === "json";
}

/** The text of a flag; undefined where it is left out or blank. */
export function textFlag({ flags }: Invocation, name: string): string | undefined {
  const value = flags[name];
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

/**
 * Asks the admin API with the caller's key, and shows the answer: as JSON with `--format json`, else as `show` makes of it. A change
 * carries a key of its own, so that it is made once if it is told again by a proxy. Resolves with the exit code: 0 done, 4 where a
 * second person has to approve, 3 where it was refused, 1 where no answer came or the server failed.
 */
export async function callAdmin(
  { flags }: Invocation,
  call: ApiCall,
  show: (answer: Fields) => string,
): Promise<number> {
  const config = readConfig(adminSettings);
  const base = config.COMMS_ADMIN_URL.replace(/\/$/, "");
  const response = await answerOf(base, config.COMMS_ADMIN_KEY, call);
  if (response === undefined) {
    process.stderr.write(
      `The admin API does not answer at ${base} (COMMS_ADMIN_URL). It may have made the change: look before you repeat it.\n`,
    );
    return exit.failed;
  }
  const { status, text } = response;
  const answer = fieldsOf(parseJson(text));
  if (status >= 400) return refuse(status, answer);
  if (flags["format"] === "json") process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
  if (status === 202) {
    process.stderr.write(
      `A second person has to approve it until ${textOf(answer["expires_at"])}: comms approve ${textOf(answer["approval_id"])} --reason "…"\n`,
    );
    return exit.partial;
  }
  if (flags["format"] !== "json") process.stdout.write(show(answer));
  return exit.done;
}

async function answerOf(
  base: string,
  key: string,
  { method, path, body, tenant }: ApiCall,
): Promise<{ readonly status: number; readonly text: string } | undefined> {
  try {
    const response = await fetch(`${base}/api/v1/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(tenant === undefined ? {} : { "comms-tenant": tenant }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(method === "GET" ? {} : { "idempotency-key": randomUUID() }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: "error",
      signal: AbortSignal.timeout(answerMsMax),
    });
    return { status: response.status, text: await response.text() };
  } catch {
    return undefined;
  }
}

function refuse(status: number, { code, detail, faults }: Fields): number {
  const issues = listOf(faults).map((fault) => `  ${textOf(fault)}\n`);
  process.stderr.write(`The admin API answers ${status} ${textOf(code)}: ${textOf(detail)}\n${issues.join("")}`);
  return status >= 500 ? exit.failed : exit.precondition;
}
