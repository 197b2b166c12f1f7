/** Line breaks and control characters; also the separators that only Unicode has. */
const breaks = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;
/** Embeddings, overrides and isolates: left open, they turn the words after them round. */
const directions = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * The variables with every text in them on one line and in its own direction: what a person types fills its place in a
 * sentence, and never begins a line of its own. It changes no other character, so the text reads as it was typed. Names
 * of fields, numbers and everything else stay as they are.
 */
export function inlineTexts<Value>(value: Value): Value {
  return inlined(value) as Value;
}

function inlined(value: unknown): unknown {
  if (typeof value === "string") return value.replace(breaks, " ").replace(directions, "");
  if (Array.isArray(value)) return value.map(inlined);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, inlined(each)]));
}
