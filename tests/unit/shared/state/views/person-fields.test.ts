import { expect, it } from "vitest";
import { personFields, personOf } from "#shared/state/views/person-fields.ts";

const stored = (value: unknown) => `0:1:${JSON.stringify(value)}`;

it("puts each field of a hash where the person has it", () => {
  const hash = {
    [personFields.profile]: stored({ email: "a" }),
    [personFields.preference]: stored({ do_not_track: true }),
    [personFields.consent("SMS", "*")]: stored({ granted: true }),
    [personFields.token("d1")]: stored({ token: "t" }),
    [personFields.token("d2")]: "0:2:",
    "token:d3": stored({ token: "as an earlier build wrote it" }),
  };
  expect(personOf(hash)).toEqual({
    profile: { email: "a" },
    preference: { do_not_track: true },
    consents: [{ granted: true }],
    tokens: [{ token: "t" }],
  });
  expect(personOf({})).toEqual({ profile: null, preference: null, consents: [], tokens: [] });
});
