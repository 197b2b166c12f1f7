import type { Flags } from "#shared/domain/policy/flags.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import type { Views } from "#shared/state/views/views.ts";

/** How old the flags may be that a call looks at once more, ms; the age of the view comes on top. */
export const flagsAgeMsMax = 250;

/** The flags as a sender last saw them. */
export interface RecentFlags {
  /** Keeps what a look-up has just brought along. */
  note(flags: Flags, now: Instant): void;
  /**
   * The flags, looked up again if they are older than `flagsAgeMsMax`: one trip, however many ask at once. Rejects as `Views.flags`
   * does.
   */
  recent(): Promise<Flags>;
}

/** Remembers the flags of a sender between its batches, for calls that have waited since theirs was looked up. */
export function createRecentFlags(views: Pick<Views, "flags">, clock: Pick<Clock, "now">): RecentFlags {
  let known: { readonly flags: Flags; readonly at: Instant } | undefined;
  let pending: Promise<Flags> | undefined;
  const note = (flags: Flags, now: Instant): void => {
    known = { flags, at: now };
  };
  const lookUp = async (): Promise<Flags> => {
    const asked = clock.now();
    const { value } = await views.flags();
    note(value, asked);
    return value;
  };
  return {
    note,
    recent: async () => {
      const ageMs = known ? clock.now() - known.at : Infinity;
      // A clock that was set back makes no age.
      if (known && ageMs >= 0 && ageMs <= flagsAgeMsMax) return known.flags;
      pending ??= lookUp().finally(() => {
        pending = undefined;
      });
      return pending;
    },
  };
}
