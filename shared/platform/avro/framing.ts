/**
 * Confluent's wire format: a zero, the schema id as four bytes big-endian, then the Avro body.
 * https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format
 */
import { UndecodableError } from "./undecodable.ts";

const magic = 0;

/** Length of the head in front of every value, bytes: the magic byte and four of the schema id. */
export const headBytes = 5;

/** Ids are Java ints: no registry gives a higher one. */
const idMax = 0x7fffffff;

/** Writes the head over the first five bytes. */
export function writeHead(framed: Buffer, schemaId: number): void {
  framed[0] = magic;
  framed.writeUInt32BE(schemaId, 1);
}

/** The schema id of a framed value. Throws `UndecodableError` if the value does not begin with a head. */
export function schemaIdOf(bytes: Buffer): number {
  if (bytes.length === 0) throw new UndecodableError("empty", "The value has no bytes");
  if (bytes[0] !== magic) throw new UndecodableError("magic", "The value does not begin with the magic byte 0");
  if (bytes.length < headBytes) {
    throw new UndecodableError("truncated", `The value ends inside its head, after ${bytes.length} of 5 bytes`);
  }
  const id = bytes.readUInt32BE(1);
  if (id > idMax) throw new UndecodableError("unknown-schema", `Schema id ${id} is beyond what a registry gives`);
  return id;
}
