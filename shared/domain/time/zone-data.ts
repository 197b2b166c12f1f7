import packed from "moment-timezone/data/packed/latest.json" with { type: "json" };
import type { Instant } from "./instant.ts";

/** The release of the IANA zone data that every local time comes from: `2026f`. */
export const zoneDataVersion: string = packed.version;

/** The offsets of one zone: `offsets[i]` holds until `untils[i]`, the last one for ever. */
export interface ZoneOffsets {
  /** ms to add to an instant to get the local time. */
  readonly offsets: readonly number[];
  /** Strictly ascending; the last is infinite. */
  readonly untils: readonly Instant[];
}

/** Each name as the data spells it, by its small letters: names match in any case. */
const spellings = new Map<string, string>();
const packedZones = new Map<string, string>();
const links = new Map<string, string>();

for (const line of packed.zones) {
  const name = line.slice(0, line.indexOf("|"));
  packedZones.set(name, line);
  spellings.set(name.toLowerCase(), name);
}
for (const line of packed.links) {
  const [target = "", name = ""] = line.split("|");
  links.set(name, target);
  spellings.set(name.toLowerCase(), name);
}

const unpacked = new Map<string, ZoneOffsets>();

/** Every zone name of the data, links included. */
export function zoneNames(): readonly string[] {
  return [...spellings.values()];
}

/** The name as the data spells it, or undefined for a name that it does not have. */
export function spellingOf(name: string): string | undefined {
  return spellings.get(name.toLowerCase());
}

/** The offsets of a zone by its spelling in the data; undefined for any other name. */
export function offsetsOf(name: string): ZoneOffsets | undefined {
  const known = unpacked.get(name);
  if (known) return known;
  const line = packedZones.get(links.get(name) ?? name);
  if (line === undefined) return undefined;
  const zone = unpack(line);
  unpacked.set(name, zone);
  return zone;
}

/**
 * Reads moment-timezone's packed format: `name|abbreviations|offsets|index of each period|length of each period`. Numbers
 * are in base 60; offsets count minutes to the west, lengths minutes.
 */
function unpack(line: string): ZoneOffsets {
  const [, , westward = "", indices = "", lengths = ""] = line.split("|");
  const minutesWest = westward.split(" ").map(parseBase60);
  const offsets = indices.split("").map((index) => 0 - Math.round((minutesWest[parseBase60(index)] ?? 0) * 60_000));
  const untils: Instant[] = [];
  for (const length of lengths.split(" ").slice(0, offsets.length - 1)) {
    untils.push(Math.round((untils.at(-1) ?? 0) + parseBase60(length) * 60_000));
  }
  return { offsets, untils: [...untils, Number.POSITIVE_INFINITY] };
}

const digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX";

function parseBase60(text: string): number {
  const [, sign = "", whole = "", fraction = ""] = /^(-?)(\w*)\.?(\w*)$/.exec(text) ?? [];
  let value = 0;
  for (const digit of whole) value = value * 60 + digits.indexOf(digit);
  let part = 1;
  for (const digit of fraction) {
    part /= 60;
    value += digits.indexOf(digit) * part;
  }
  return sign === "-" ? -value : value;
}
