import type { InRecord } from "#shared/contracts/log-record.ts";
import type { Template } from "#shared/contracts/records.ts";
import { keyIssue } from "#shared/domain/message/compacted-record.ts";
import { codeOf } from "#shared/platform/errors/app-error.ts";
import type { Log } from "#shared/platform/kafka/port.ts";

/** The part of the codec that reads templates. */
export interface TemplateDecoder {
  decode(topic: "comms.templates", bytes: Buffer): unknown;
  learn(schemaId: number): Promise<void>;
}

/** The clients that read templates from the log. */
export interface TemplateReaderOptions {
  readonly log: Pick<Log, "readToEnd">;
  /** Warmed for `comms.templates`. */
  readonly codec: TemplateDecoder;
  /** `comms.templates` with its prefix. */
  readonly topic: string;
}

/**
 * The last record of every key of `comms.templates`; the order means nothing. Skips a record that cannot be decoded: one
 * bad record must not block every other template; nor may a template stand under another's key. Rejects with the log's errors.
 */
export async function readTemplates(
  options: TemplateReaderOptions,
  signal?: AbortSignal,
): Promise<readonly Template[]> {
  const templates = new Map<string, Template>();
  for await (const records of options.log.readToEnd([options.topic], signal)) {
    for (const record of records) await keepLast(templates, record, options.codec);
  }
  return [...templates.values()];
}

async function keepLast(templates: Map<string, Template>, record: InRecord, codec: TemplateDecoder): Promise<void> {
  const key = record.key?.toString("utf8") ?? "";
  if (record.value === null) {
    templates.delete(key);
    return;
  }
  const template = await decode(record.value, codec);
  if (template && keyIssue("comms.templates", record.key, template) === undefined) templates.set(key, template);
}

async function decode(bytes: Buffer, codec: TemplateDecoder): Promise<Template | undefined> {
  try {
    return codec.decode("comms.templates", bytes) as Template;
  } catch (error) {
    if (codeOf(error) === "COMMS_POISON") return undefined;
    const schemaId = error instanceof Error && "schemaId" in error ? error.schemaId : undefined;
    if (typeof schemaId !== "number") throw error;
    return learnAndDecode(schemaId, bytes, codec);
  }
}

async function learnAndDecode(schemaId: number, bytes: Buffer, codec: TemplateDecoder): Promise<Template | undefined> {
  try {
    await codec.learn(schemaId);
    return codec.decode("comms.templates", bytes) as Template;
  } catch (error) {
    if (codeOf(error) === "COMMS_POISON") return undefined;
    throw error;
  }
}
