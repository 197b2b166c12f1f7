import type { FastifyRequest } from "fastify";
import { z } from "zod";

/** A command that cannot be followed; fastify answers with its status and message. */
export class BadCommand extends Error {
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

/** A command's body. It must be JSON and say so, which a foreign page's form cannot. */
export function commandBody<Schema extends z.ZodType>(schema: Schema, request: FastifyRequest): z.output<Schema> {
  if (!request.headers["content-type"]?.startsWith("application/json")) {
    throw new BadCommand(415, "A command's body must be application/json");
  }
  return read(schema, parseJson((request.body as Buffer).toString("utf8")));
}

/** A command's query. */
export function commandQuery<Schema extends z.ZodType>(schema: Schema, request: FastifyRequest): z.output<Schema> {
  return read(schema, request.query);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadCommand(400, "A command's body must be JSON");
  }
}

function read<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new BadCommand(400, z.prettifyError(parsed.error));
  return parsed.data;
}
