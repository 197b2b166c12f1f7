import { randomUUID } from "node:crypto";
import { httpCall } from "./http-call.ts";
import { readJson, writeJson } from "./json-file.ts";
import { refusal } from "./refusal.ts";

/** The subject under which a registry remembers which log it belongs to. No topic has it. */
export const pairingSubject = "carillon.log-identity";

/** What to do about a log's token and the registry's. */
export type PairingState = "pair" | "adopt" | "fine" | "younger";

/**
 * `younger`: the log was paired with a registry and this one knows nothing of it, so the schema ids in the log lead
 * nowhere. `adopt`: the log is the younger, which harms nothing.
 */
export function checkPairing(logToken: string | undefined, registryToken: string | undefined): PairingState {
  if (logToken === undefined) return registryToken === undefined ? "pair" : "adopt";
  return logToken === registryToken ? "fine" : "younger";
}

/** Pairs log and registry at their first start, and throws a refusal for a registry younger than the log. */
export async function assertPaired(options: {
  readonly registryUrl: string;
  /** PEM: who is trusted, for https. */
  readonly ca?: string | undefined;
  readonly pairingFile: string;
  readonly logHoldsRecords: () => Promise<boolean | undefined>;
}): Promise<void> {
  const { registryUrl, ca, pairingFile } = options;
  const registryToken = await readToken(registryUrl, ca);
  const verdict = checkPairing(await keptToken(pairingFile), registryToken);
  if (verdict === "fine") return;
  if (verdict === "adopt") return writeJson(pairingFile, { token: registryToken });
  if (verdict === "younger" && (await options.logHoldsRecords()) !== false) throw youngerRegistry(pairingFile);
  const token = randomUUID();
  await writeToken({ registryUrl, ca }, token);
  await writeJson(pairingFile, { token });
}

function youngerRegistry(pairingFile: string): Error {
  return refusal(
    "STACK_REGISTRY_YOUNGER",
    "The schema registry is younger than the log: it has lost the schemas that the log's records refer to, so they could " +
      "never be read; bring its store back (natively '.carillon/data/registry'), or give the log up too with 'make clean' " +
      `(to keep it all the same, delete ${pairingFile}).`,
  );
}

async function keptToken(file: string): Promise<string | undefined> {
  const kept = await readJson(file);
  const token = typeof kept === "object" && kept !== null && "token" in kept ? kept.token : undefined;
  return typeof token === "string" ? token : undefined;
}

/** The schema that carries the token: a record without fields, documented with it. */
function schemaOf(token: string): string {
  return JSON.stringify({ type: "record", name: "LogIdentity", namespace: "carillon", doc: token, fields: [] });
}

async function readToken(registryUrl: string, ca: string | undefined): Promise<string | undefined> {
  const answer = await httpCall(`${registryUrl}/subjects/${pairingSubject}/versions/latest`, { ca });
  if (answer.status === 404) return undefined;
  if (answer.status !== 200)
    throw refusal(
      "STACK_PART_SLOW",
      `The registry answered ${answer.status} to a read: see its log in '.carillon/logs'.`,
    );
  return tokenIn(JSON.parse(answer.text));
}

/** The token in the registry's answer for a version of the pairing subject. */
export function tokenIn(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null || !("schema" in body) || typeof body.schema !== "string")
    return undefined;
  const schema: unknown = JSON.parse(body.schema);
  const doc = typeof schema === "object" && schema !== null && "doc" in schema ? schema.doc : undefined;
  return typeof doc === "string" ? doc : undefined;
}

async function writeToken(
  { registryUrl, ca }: { readonly registryUrl: string; readonly ca: string | undefined },
  token: string,
): Promise<void> {
  const answer = await httpCall(`${registryUrl}/subjects/${pairingSubject}/versions`, {
    method: "POST",
    ca,
    headers: { "content-type": "application/vnd.schemaregistry.v1+json" },
    body: JSON.stringify({ schema: schemaOf(token) }),
  });
  if (answer.status !== 200)
    throw refusal(
      "STACK_PART_SLOW",
      `The registry answered ${answer.status} to a write: see its log in '.carillon/logs'.`,
    );
}
