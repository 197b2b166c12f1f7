/** The part of an error that a log may hold: never what a third party put into its message or fields. */
export interface RedactedError {
  /** The name of the error's class, or what kind of thing was thrown. */
  readonly type: string;
  readonly code?: string;
  /** Only of an error that has `isLoggable`: its author promises that it holds no values. */
  readonly message?: string;
  /** The frames, without the message that heads them. */
  readonly stack: string;
  readonly cause?: RedactedError;
}

/** A frame as V8 writes it; it ends in a place. */
const frame = /^ {4}at .*(:\d+:\d+|<anonymous>|native)\)?$/;
/** A name or a code, and nothing that could be a sentence or an address. */
const word = /^[\w.$-]{1,64}$/;
const causesMax = 4;

/**
 * Type, code and frames of anything that was thrown. A driver's error repeats values in its message and its fields
 * (Postgres: `detail: "Failing row contains (…)"`), so neither is taken; a message only if the error has `isLoggable`.
 */
export function redactedError(error: unknown, depth = 0): RedactedError {
  if (!(error instanceof Error)) return { type: typeof error, stack: "" };
  const { name, message, stack, cause } = error;
  const code = "code" in error ? String(error.code) : "";
  return {
    type: word.test(name) ? name : "Error",
    ...(word.test(code) ? { code } : {}),
    ...(isLoggable(error) ? { message } : {}),
    stack: framesOf(stack ?? "", message),
    ...(cause !== undefined && depth < causesMax ? { cause: redactedError(cause, depth + 1) } : {}),
  };
}

/** The same as lines for a terminal. */
export function errorText(error: unknown): string {
  return textOf(redactedError(error));
}

function textOf({ type, code, message, stack, cause }: RedactedError): string {
  const head = [code ? `${type} ${code}` : type, ...(message ? [message] : [])].join(": ");
  return [head, ...(stack ? [stack] : []), ...(cause ? [`caused by ${textOf(cause)}`] : [])].join("\n");
}

/** Whether the author of an error says that its message holds no values of a record, a row or a request. */
function isLoggable(error: Error): boolean {
  return "isLoggable" in error && error.isLoggable === true;
}

/** A message may have lines that look like frames, so it is cut off before they are looked for. */
function framesOf(stack: string, message: string): string {
  const at = message === "" ? -1 : stack.indexOf(message);
  const lines = stack.slice(at < 0 ? 0 : at + message.length).split("\n");
  return lines.filter((line) => frame.test(line)).join("\n");
}
