import { existsSync, readdirSync, readFileSync } from "node:fs";
import { type TopicName, topicRecords } from "./topics.ts";

const folder = new URL("../../schemas/", import.meta.url);

/** The file of a record's schema: `provider-event.avsc` for `ProviderEvent`. */
export function schemaFile(record: string): string {
  return `${record.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase()}.avsc`;
}

/** The current schema of a topic's values, as Avro JSON, whole. Reads the file at each call. */
export function schemaOfTopic(topic: TopicName): string {
  return readSchema(folder, schemaFile(topicRecords[topic]));
}

/** Every version of a record's schema that this build knows: those ever released, then the current one. Reads the files at each call. */
export function schemaVersions(record: string): readonly string[] {
  const file = schemaFile(record);
  const history = new URL(`history/${file.replace(".avsc", "")}/`, folder);
  const released = existsSync(history) ? readdirSync(history) : [];
  return [...released.map((version) => readFileSync(new URL(version, history), "utf8")), readSchema(folder, file)];
}

/**
 * A file of `avro/` below a folder of schemas, as Avro JSON. Where it first names a type of `types/`, the type itself
 * stands: records share types, and each goes to the registry whole. Reads the files at each call.
 */
export function readSchema(schemas: URL, file: string): string {
  const text = readFileSync(new URL(`avro/${file}`, schemas), "utf8");
  const types = sharedTypes(new URL("types/", schemas));
  const whole: unknown = JSON.parse(text, (key, value: unknown) => {
    const type = typeof value === "string" && namesType.test(key) ? types.get(value) : undefined;
    // Avro declares a type once; a second mention stays a name.
    if (type !== undefined) types.delete(String(value));
    return type ?? value;
  });
  return `${JSON.stringify(whole, null, 2)}\n`;
}

/** The keys under which a type stands; a branch of a union is under its index. */
const namesType = /^(?:type|items|values|\d+)$/;

function sharedTypes(folder: URL): Map<string, object> {
  if (!existsSync(folder)) return new Map();
  const types = readdirSync(folder).map(
    (file) => JSON.parse(readFileSync(new URL(file, folder), "utf8")) as SharedType,
  );
  return new Map(types.map((type) => [type.name, type]));
}

interface SharedType {
  readonly name: string;
}
