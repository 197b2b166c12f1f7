import type { Character } from "#cli/demo/people.ts";
import { zoneWhereItIs } from "#cli/demo/people.ts";
import type { Person } from "#shared/domain/recipient/person.ts";
import type { Views } from "#shared/state/views/views.ts";
import { eventually } from "./eventually.ts";

/** Somebody at noon with an address of their own, and nothing else unless given. */
export function aPerson(userId: string, given: Partial<Character> = {}): Character {
  const tz = zoneWhereItIs(12, Date.now());
  return {
    userId,
    email: `${userId}@example.com`,
    phone: null,
    locale: "en-US",
    tz,
    push: false,
    sms: false,
    note: "",
    ...given,
  };
}

/** So many of them: `<name>-001` and on. */
export function aCrowd(name: string, size: number, given: Partial<Character> = {}): readonly Character[] {
  return Array.from({ length: size }, (_, index) => aPerson(`${name}-${String(index + 1).padStart(3, "0")}`, given));
}

/** Waits until the views in Redis know all the records of these people. */
export async function untilKnown(views: Views, people: readonly Character[], ms: number): Promise<void> {
  const refs = people.map(({ userId }) => ({ tenantId: "default", userId }));
  const known = async () => {
    const { value } = await views.persons(refs);
    return value.every((person, index) => isKnown(person, people[index] as Character));
  };
  await eventually(known, `the views to know ${people.length} people`, ms);
}

function isKnown({ profile, tokens, consents }: Person, { push, sms }: Character): boolean {
  return profile !== null && tokens.length === Number(push) && consents.length === Number(push) + 2 * Number(sms);
}
