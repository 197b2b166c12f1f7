import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Preference, Profile } from "#shared/contracts/records.ts";
import { profileAddresses } from "../channel/profile-addresses.ts";
import { minuteOf } from "../quiet-hours/hours.ts";
import { valueFormats } from "../template/value-formats.ts";
import { zoneOfName } from "../time/zone.ts";

/** A text of a record, and what it must be. */
interface FormattedField {
  readonly name: string;
  readonly text: string | null | undefined;
  readonly format: { readonly fits: (text: string) => boolean; readonly expected: string };
}

/** Quiet hours take a fixed offset too. */
const zone = {
  fits: (text: string) => zoneOfName(text) !== undefined,
  expected: "a time zone by its IANA name, as Europe/Berlin",
};
const language = valueFormats["locale"] as FormattedField["format"];
/** Identity services write `de_DE` too, and templates are chosen by either. */
const locale = { ...language, fits: (text: string) => language.fits(text.replaceAll("_", "-")) };
const localTime = { fits: (text: string) => minuteOf(text) !== undefined, expected: "a local time, as 21:30" };

/**
 * What people's records say in a form that no stage can read, in a sentence that names the fields without their values; undefined
 * where everything can be read, and for tombstones and other topics. Such a record is applied all the same: what it says
 * else, an opt-out above all, must hold. What cannot be read counts as not set.
 */
export function unreadableFields({ topic, value }: DecodedRecord<unknown>): string | undefined {
  if (value === null) return undefined;
  // An empty text is how some clients write null.
  const wrong = formattedFields(topic, value).filter(({ text, format }) => text && !format.fits(text));
  if (wrong.length === 0) return undefined;
  const faults = wrong.map(({ name, format }) => `'${name}' is not ${format.expected}`);
  return `The field ${faults.join(", ")}: it counts as not set, and the rest of the record is in force`;
}

function formattedFields(topic: string, value: unknown): readonly FormattedField[] {
  if (topic === "comms.profiles") return ofProfile(value as Profile);
  if (topic === "comms.preferences") return ofPreference(value as Preference);
  return [];
}

function ofProfile(profile: Profile): readonly FormattedField[] {
  return [
    ...profileAddresses.map((format) => ({ name: format.field, text: profile[format.field], format })),
    { name: "locale", text: profile.locale, format: locale },
    { name: "tz", text: profile.tz, format: zone },
  ];
}

function ofPreference({ quiet_hours: hours }: Preference): readonly FormattedField[] {
  return [
    { name: "quiet_hours.tz", text: hours?.tz, format: zone },
    { name: "quiet_hours.start_local", text: hours?.start_local, format: localTime },
    { name: "quiet_hours.end_local", text: hours?.end_local, format: localTime },
  ];
}
