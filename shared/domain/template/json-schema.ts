import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { valueFormats } from "./value-formats.ts";

/** An issue of a value, in a sentence without the value; `missing` names a property that is lacking. */
export interface SchemaIssue {
  readonly description: string;
  readonly missing?: string;
}

/** Every issue of a value; empty when it fits. */
export type SchemaCheck = (value: unknown) => readonly SchemaIssue[];

/**
 * Compiles a JSON schema (draft 2020-12), with our own formats above the usual ones. `subject` begins each description: "The payload", for example. It takes about a
 * millisecond, so keep the result. Throws if the schema itself is unusable.
 */
export function compileSchemaCheck(subject: string, schema: object): SchemaCheck {
  const ajv = new Ajv2020({ allErrors: true, strict: true, meta: false, validateSchema: false });
  addFormats.default(ajv);
  for (const [name, { fits }] of Object.entries(valueFormats)) ajv.addFormat(name, { type: "string", validate: fits });
  const validate = ajv.compile(schema);
  return (value) => (validate(value) ? [] : (validate.errors ?? []).map((error) => issueOfError(subject, error)));
}

/** Describes places in the schema's own terms: issues must hold neither values nor names that only the payload has. */
function issueOfError(subject: string, error: ErrorObject): SchemaIssue {
  const place = error.instancePath === "" ? subject : `${subject} at ${error.instancePath}`;
  if (error.keyword === "required") {
    const missing = String(error.params["missingProperty"]);
    return { description: `${place} lacks '${missing}'`, missing };
  }
  if (error.keyword === "additionalProperties") return { description: `${place} has a property that is not known` };
  if (error.keyword === "enum" || error.keyword === "const") return { description: `${place} is not an allowed value` };
  if (error.keyword === "format") return { description: `${place} ${formatIssue(String(error.params["format"]))}` };
  return { description: `${place} ${error.message ?? "does not fit the schema"}` };
}

function formatIssue(format: string): string {
  const expected = valueFormats[format]?.expected;
  return expected === undefined ? `must match format "${format}"` : `is not ${expected}`;
}
