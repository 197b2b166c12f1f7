import { AppError } from "../errors/app-error.ts";
import { tlsFailure } from "../tls/tls-failure.ts";
import { registryPeer } from "./registry-access.ts";

/** A registry answers with these if a schema does not fit: it is incompatible, or not Avro at all. */
const unfit = new Set([409, 422]);
const forbidden = new Set([401, 403]);

/**
 * Whether an error of the library means that the registry has no such entry. Its look-up by schema wraps a 404, and
 * nothing else, in an error without a status.
 */
export function isAbsent(error: unknown): boolean {
  return statusOf(error) === 404 || (error instanceof Error && error.name === "ConfluentSchemaRegistryError");
}

/**
 * The error for a failed call. The library gives a refused connection and a timeout the status 400, which no registry
 * answers with; so any unknown status counts as no answer.
 */
export function registryError(url: string, cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  const ofTls = tlsFailure(cause, registryPeer);
  if (ofTls !== undefined) return ofTls;
  const status = statusOf(cause);
  const detail = cause instanceof Error ? cause.message : String(cause);
  if (status !== undefined && unfit.has(status)) {
    return new AppError("REGISTRY_INCOMPATIBLE", `The registry refuses the schema: ${detail}`, {
      retryable: false,
      cause,
    });
  }
  if (status !== undefined && forbidden.has(status)) {
    return new AppError(
      "REGISTRY_FORBIDDEN",
      `The registry at ${url} answers ${status}: check COMMS_SCHEMA_REGISTRY_USER and its password`,
      {
        retryable: true,
        cause,
      },
    );
  }
  return new AppError("REGISTRY_UNAVAILABLE", `The registry at ${url} does not answer: ${detail}`, {
    retryable: true,
    cause,
  });
}

/** The error `REGISTRY_INCOMPATIBLE`: the registry will never accept this schema. */
export function refusedSchema(detail: string, cause?: unknown): AppError {
  return new AppError("REGISTRY_INCOMPATIBLE", `The registry refuses the schema: ${detail}`, {
    retryable: false,
    cause,
  });
}

function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error && "status" in error ? error.status : undefined;
  return typeof status === "number" ? status : undefined;
}
