import { describe, expect, test } from "vitest";
import { type Claim, type Claimant, claim } from "#processors/router/claim.ts";
import { evaluateGates } from "#processors/router/core/evaluate-gates.ts";
import type { EvaluatedRecord, RoutingResult } from "#processors/router/core/gate-evaluation.ts";
import type { Channel } from "#shared/contracts/records.ts";
import { defer, drop, pass } from "#shared/domain/policy/gate-result.ts";
import { anAccepted, aPerson, noon, openChannel } from "#tests/support/policy/records.ts";

/** A record for one person: email is open, push has no address. */
function evaluated(user_id: string): EvaluatedRecord {
  const accepted = anAccepted({ user_id, channels: ["EMAIL", "PUSH"] });
  const channels = new Map<Channel, typeof openChannel>([
    ["EMAIL", openChannel],
    ["PUSH", { ...openChannel, to: "none" }],
  ]);
  return {
    accepted,
    evaluations: evaluateGates(
      accepted,
      { person: aPerson(), flags: new Map(), cancellation: null, views: { ageMs: 0, ageMsMax: 5_000 }, channels },
      noon,
    ),
  };
}

/** A claim with an answer for each person, and the trips that it made. */
function aClaim(gate: string, answers: Readonly<Record<string, RoutingResult>> = {}) {
  const trips: (readonly string[])[] = [];
  const name = ({ evaluation: { message } }: Claimant) => `${message.userId} ${message.channel}`;
  const take: Claim["take"] = async (claimants) => {
    trips.push(claimants.map(name));
    return claimants.map(({ accepted }) => answers[accepted.user_id] ?? pass("free"));
  };
  return { gate, take, trips };
}

const taken = drop("COMMS_DEDUPED", "another holds it");
const capped = drop("COMMS_FREQUENCY_CAPPED", "three today");

/** `ada EMAIL DROP dedupe: dedupe DROP`: the decision on each message, then the answers of the claims. */
function lines(records: readonly EvaluatedRecord[], claims: readonly Claim[]): readonly string[] {
  const names = claims.map(({ gate }) => gate);
  return records.flatMap(({ evaluations }) =>
    evaluations.map(({ message, result, gate, trace }) => {
      const answers = trace.filter((one) => names.includes(one.gate)).map((one) => `${one.gate} ${one.verdict}`);
      return `${message.userId} ${message.channel} ${result.verdict} ${gate}: ${answers.join(", ")}`;
    }),
  );
}

describe("the claims after the gates [RTR-04]", () => {
  const batch = [evaluated("ada"), evaluated("ben"), evaluated("cem")];

  test("are asked in their order, once a batch, for those alone that the earlier ones let through", async () => {
    const claims = [aClaim("dedupe", { ada: taken }), aClaim("cap", { ben: capped })];
    const records = await claim(batch, claims, noon);
    expect(claims.map(({ trips }) => trips)).toEqual([
      [["ada EMAIL", "ben EMAIL", "cem EMAIL"]],
      [["ben EMAIL", "cem EMAIL"]],
    ]);
    expect(lines(records, claims)).toEqual([
      "ada EMAIL DROP dedupe: dedupe DROP",
      "ada PUSH DROP address: ",
      "ben EMAIL DROP cap: dedupe PASS, cap DROP",
      "ben PUSH DROP address: ",
      "cem EMAIL PASS pause: dedupe PASS, cap PASS",
      "cem PUSH DROP address: ",
    ]);
  });

  test("are not asked if nothing goes on", async () => {
    const all = { ada: taken, ben: taken, cem: taken };
    const claims = [aClaim("dedupe", all), aClaim("cap")];
    await claim(batch, claims, noon);
    expect(claims.map(({ trips }) => trips.length)).toEqual([1, 0]);
    expect(await claim([], claims, noon)).toEqual([]);
  });

  test("may let a message wait, which then still asks the next", async () => {
    const later = defer({ kind: "pause", reason: "COMMS_FREQUENCY_CAPPED", dueAt: noon + 1, detail: "tomorrow" });
    const claims = [aClaim("quota", { ada: later }), aClaim("cap")];
    const records = await claim([evaluated("ada")], claims, noon);
    expect(lines(records, claims)[0]).toBe("ada EMAIL DEFER quota: quota DEFER, cap PASS");
  });

  test("leave everything as it is where there are none", async () => {
    expect(await claim(batch, [], noon)).toEqual(batch);
  });

  test("must answer for each message", async () => {
    const silent: Claim = { gate: "cap", take: async () => [] };
    await expect(claim(batch, [silent], noon)).rejects.toThrow("cap answered for 0 of 3 messages");
  });
});
