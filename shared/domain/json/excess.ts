const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openings: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const closings: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/** What a JSON text may have. */
export interface JsonBounds {
  /** Values at any depth, names of properties not counted. */
  readonly valuesMax: number;
  /** Levels of nested objects and lists. */
  readonly depthMax: number;
}

/**
 * Which bound a JSON text is beyond, if any. One pass without allocation, for a text that is not parsed yet: names and
 * levels without end cost tens of milliseconds there. It does not say whether the text is JSON.
 */
export function jsonExcess(json: string, { valuesMax, depthMax }: JsonBounds): "values" | "depth" | undefined {
  let values = 0;
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const character = json.charCodeAt(at);
    if (character === quote) at = endOfString(json, at);
    else if (closings.has(character)) depth--;
    else if (character === comma || openings.has(character)) {
      if (character !== comma && ++depth > depthMax) return "depth";
      if (++values > valuesMax) return "values";
    }
  }
  return undefined;
}

/** The place of the quote that closes a string, or the text's end. */
function endOfString(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    const character = json.charCodeAt(at);
    if (character === backslash) at++;
    else if (character === quote) return at;
  }
  return json.length;
}
