import type avsc from "avsc";
import { headBytes, writeHead } from "./framing.ts";
import { UnencodableError } from "./undecodable.ts";
import { toWellFormedValue } from "./well-formed.ts";

const scratchBytes = 64 * 1024;
/** Shared by all writers: encoding is synchronous and each result is copied out. */
const scratch = Buffer.allocUnsafe(scratchBytes);

/** avsc writes a lone surrogate as three bytes that begin with this one; no UTF-8 reader accepts them. */
const surrogateLead = 0xed;

/** A framed value. Throws `UnencodableError` with the paths that do not fit the type. */
export function writeRecord(type: avsc.Type, schemaId: number, value: object): Buffer {
  const framed = write(type, value);
  writeHead(framed, schemaId);
  return framed;
}

function write(type: avsc.Type, value: object): Buffer {
  try {
    const framed = writeOnce(type, value);
    return framed.includes(surrogateLead, headBytes) ? writeOnce(type, toWellFormedValue(value)) : framed;
  } catch {
    throw new UnencodableError(type.name ?? "record", faultyPaths(type, value));
  }
}

function writeOnce(type: avsc.Type, value: unknown): Buffer {
  const end = type.encode(value, scratch, headBytes);
  if (end >= 0) return Buffer.from(scratch.subarray(0, end));
  const exact = Buffer.allocUnsafe(scratchBytes - end);
  type.encode(value, exact, headBytes);
  return exact;
}

function faultyPaths(type: avsc.Type, value: object): readonly string[] {
  const paths: string[] = [];
  type.isValid(value, { errorHook: (path) => void paths.push(path.join(".")) });
  return paths;
}
