import { AppError } from "../errors/app-error.ts";

/** The statuses by which a registry says that a schema is not fit: incompatible, or no Avro at all. */
const unfit = new Set([409, 422]);
const forbidden = new Set([401, 403]);

/**
 * Whether an error of the library's means that there is no such thing. Its look-up by schema wraps a 404, and nothing
 * else, in an error without a status.
 */
export function isAbsent(error: unknown): boolean {
  return statusOf(error) === 404 || (error instanceof Error && error.name === "ConfluentSchemaRegistryError");
}

/**
 * What a failed call means. The library gives a refused connection and a timeout the status 400, which no registry
 * answers with; so whatever is not said by a known status counts as no answer.
 */
export function registryError(url: string, cause: unknown): AppError {
  const status = statusOf(cause);
  const words = cause instanceof Error ? cause.message : String(cause);
  if (status !== undefined && unfit.has(status)) {
    return new AppError("REGISTRY_INCOMPATIBLE", `The registry refuses the schema: ${words}`, {
      retryable: false,
      cause,
    });
  }
  if (status !== undefined && forbidden.has(status)) {
    return new AppError("REGISTRY_FORBIDDEN", `The registry at ${url} answers ${status}: check its credentials`, {
      retryable: false,
      cause,
    });
  }
  return new AppError("REGISTRY_UNAVAILABLE", `The registry at ${url} does not answer: ${words}`, {
    retryable: true,
    cause,
  });
}

/** `REGISTRY_INCOMPATIBLE`: this schema will never be taken. */
export function refusedSchema(words: string, cause?: unknown): AppError {
  return new AppError("REGISTRY_INCOMPATIBLE", `The registry refuses the schema: ${words}`, {
    retryable: false,
    cause,
  });
}

function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error && "status" in error ? error.status : undefined;
  return typeof status === "number" ? status : undefined;
}
