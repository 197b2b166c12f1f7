import { sha256 } from "../crypto/digest.ts";
import type { AvroNamed, AvroSchema } from "./body-check.ts";

/**
 * An Avro schema reduced to what decides how bytes are written and what they mean: names, types, symbols, sizes, logical
 * types, each in their order. White space, docs, aliases, defaults, the order of keys and other attributes do not count.
 * It is Avro's Parsing Canonical Form, and the logical types: a timestamp in other units has the same bytes and another
 * meaning. Throws if the text is no JSON.
 */
export function canonicalSchema(schema: string): string {
  return JSON.stringify(formOf(JSON.parse(schema) as AvroSchema, ""));
}

/** Names a canonical schema in 16 characters, for people. */
export function schemaFingerprint(canonical: string): string {
  return sha256(canonical).slice(0, 16);
}

/** The name of a schema's record without its namespace; undefined if it is none. */
export function recordNameOf(schema: string): string | undefined {
  const { name } = JSON.parse(schema) as { readonly name?: unknown };
  return typeof name === "string" ? name.split(".").at(-1) : undefined;
}

const primitives = new Set(["null", "boolean", "int", "long", "float", "double", "bytes", "string"]);

/** A complex type with its logical type, which stays an annotation here. */
type Annotated = AvroNamed & { readonly logicalType?: string };

function formOf(schema: AvroSchema, namespace: string): unknown {
  if (typeof schema === "string") return primitives.has(schema) ? schema : fullName(schema, namespace);
  if (Array.isArray(schema)) return schema.map((branch: AvroSchema) => formOf(branch, namespace));
  return complexForm(schema as Annotated, namespace);
}

function complexForm(schema: Annotated, outer: string): unknown {
  const { type, logicalType } = schema;
  const logical = logicalType === undefined ? {} : { logicalType };
  if (type === "array") return { type, items: formOf(schema.items ?? "null", outer), ...logical };
  if (type === "map") return { type, values: formOf(schema.values ?? "null", outer), ...logical };
  if (type === "record" || type === "error" || type === "enum" || type === "fixed") return namedForm(schema, outer);
  const inner = formOf(type, outer);
  return logicalType === undefined ? inner : { type: inner, logicalType };
}

function namedForm(schema: Annotated, outer: string): unknown {
  const { name = "", type, symbols, size, fields = [] } = schema;
  const namespace = name.includes(".") ? name.slice(0, name.lastIndexOf(".")) : (schema.namespace ?? outer);
  const head = { name: fullName(name, namespace), type };
  if (type === "enum") return { ...head, symbols };
  if (type === "fixed") return { ...head, size };
  return { ...head, fields: fields.map((field) => ({ name: field.name, type: formOf(field.type, namespace) })) };
}

function fullName(name: string, namespace: string): string {
  return name.includes(".") || namespace === "" ? name : `${namespace}.${name}`;
}
