import { describe, expect, test } from "vitest";
import { deriveId } from "#shared/domain/message/id.ts";
import { anAccepted, aPerson, aPreference, noon } from "#tests/support/policy/records.ts";
import { outputsOf, released, routerIn, verdicts, written } from "#tests/support/policy/router.ts";

const later = noon + 86_400_000;
const scheduled = anAccepted({ send_at: later, expires_at: later + 60_000 });
const nobody = aPerson({ profile: null, consents: [], tokens: [] });

describe("router: an event with a time of its own", () => {
  test("given a time ahead, every message waits until it, and the record is on the schedule once", async () => {
    const outcome = await routerIn().run(scheduled);
    const waits = ["EMAIL", "PUSH", "SMS", "INAPP"].map((channel) => `${channel} DEFER COMMS_SCHEDULED`);
    expect(outcome).toMatchObject({ kind: "defer", reason: "COMMS_SCHEDULED" });
    expect(verdicts(outcome)).toEqual(waits);
    const decisions = written(outcome, "comms.decisions");
    expect(decisions.map(({ gate, due_at }) => `${gate} ${due_at}`)).toEqual(waits.map(() => `send_at ${later}`));
    const [item, ...others] = written(outcome, "comms.schedule");
    expect(others).toEqual([]);
    expect(item).toMatchObject({
      schedule_id: deriveId("schedule", "send_at", scheduled.accepted_id, 0),
      kind: "send_at",
      msg_id: null,
      due_at: later,
      target_topic: "comms.accepted",
    });
    expect(released(item?.payload as Buffer)).toEqual({
      ...scheduled,
      recorded_at: noon,
      causation_id: decisions[0]?.decision_id,
      template_version: 3,
      round: 1,
    });
  });

  test("given its release, it goes through every gate, under the same ids", async () => {
    const first = await routerIn().run(scheduled);
    const back = released(written(first, "comms.schedule")[0]?.payload as Buffer);
    const outcome = await routerIn().run(back, later);
    const idsOf = (one: typeof outcome) => written(one, "comms.decisions").map(({ msg_id }) => msg_id);
    expect(verdicts(outcome)).toEqual(["EMAIL PASS", "PUSH PASS", "SMS PASS", "INAPP PASS"]);
    expect(idsOf(outcome)).toEqual(idsOf(first));
    expect(idsOf(outcome)).toEqual(idsOf(await routerIn().run(anAccepted())));
    expect(written(outcome, "comms.routed").map(({ round }) => round)).toEqual([1, 1, 1, 1]);
  });
});

describe("router: what is asked at the time, and not before", () => {
  test("given somebody who cannot be reached yet, it waits all the same: its own time decides", async () => {
    const first = await routerIn({ person: nobody }).run(scheduled);
    expect(verdicts(first)[0]).toBe("EMAIL DEFER COMMS_SCHEDULED");
    expect(written(first, "comms.decisions")[0]?.trace.map(({ gate }) => gate)).toEqual([
      "expiry",
      "cancellation",
      "freshness",
      "send_at",
      "dedupe",
    ]);
    const back = released(written(first, "comms.schedule")[0]?.payload as Buffer);
    expect(verdicts(await routerIn({ person: nobody }).run(back, later))[0]).toBe("EMAIL DROP COMMS_NO_ADDRESS");
  });

  test("given an opt-out meanwhile, the release is dropped; given a release after its end, it has expired", async () => {
    const back = released(written(await routerIn().run(scheduled), "comms.schedule")[0]?.payload as Buffer);
    const preference = aPreference({ channels: [{ channel: "EMAIL", category: "booking", opted_in: false }] });
    const email = { ...back, channels: ["EMAIL"] as const };
    expect(verdicts(await routerIn({ person: aPerson({ preference }) }).run(email, later))).toEqual([
      "EMAIL DROP COMMS_PREF_BLOCKED",
    ]);
    expect(verdicts(await routerIn().run(email, later + 60_000))).toEqual(["EMAIL DROP COMMS_EXPIRED"]);
  });

  test("given a release into the night, quiet hours hold it to their end", async () => {
    const night = Date.UTC(2026, 10, 24, 3); // ten in the evening in New York
    const record = anAccepted({ send_at: night, channels: ["EMAIL"] });
    const back = released(written(await routerIn().run(record), "comms.schedule")[0]?.payload as Buffer);
    expect(verdicts(await routerIn().run(back, night))).toEqual(["EMAIL DEFER COMMS_QUIET_HOURS"]);
  });

  test("given a critical message, it waits too: its producer asked for it", async () => {
    const outcome = await routerIn().run(anAccepted({ critical: true, send_at: later, channels: ["EMAIL"] }));
    expect(verdicts(outcome)).toEqual(["EMAIL DEFER COMMS_SCHEDULED"]);
  });

  test("given a one-time code, its channels are chosen at its time, and not before", async () => {
    const code = anAccepted({
      cause_event: "security.code_requested",
      critical: true,
      channels: ["SMS", "EMAIL"],
      send_at: later,
    });
    const first = await routerIn().run(code);
    expect(verdicts(first)).toEqual(["SMS DEFER COMMS_SCHEDULED"]);
    const back = released(written(first, "comms.schedule")[0]?.payload as Buffer);
    const withoutConsent = routerIn({ person: aPerson({ consents: [] }) });
    expect(verdicts(await withoutConsent.run(back, later))).toEqual([
      "SMS DROP COMMS_CONSENT_MISSING",
      "EMAIL PASS consent_fallback",
    ]);
  });

  test("given a message with a cadence, it is collected when its time has come", async () => {
    const record = anAccepted({ cadence: "messages.daily_digest", channels: ["EMAIL"], send_at: later });
    const first = await routerIn().run(record);
    expect(written(first, "comms.digest")).toEqual([]);
    const back = released(written(first, "comms.schedule")[0]?.payload as Buffer);
    const items = written(await routerIn().run(back, later), "comms.digest");
    expect(items.map(({ recorded_at }) => recorded_at)).toEqual([later]);
  });
});

describe("router: an event with a time of its own, told again", () => {
  test("given a time that is over, it goes at once", async () => {
    const outcome = await routerIn().run(anAccepted({ send_at: noon, channels: ["EMAIL"] }));
    expect(verdicts(outcome)).toEqual(["EMAIL PASS"]);
  });

  test("given the same event twice, or with another time, one item of one id: the later replaces the earlier", async () => {
    const { run } = routerIn();
    const idOf = async (record: typeof scheduled) =>
      written(await run(record), "comms.schedule").map(({ schedule_id }) => schedule_id);
    const first = await idOf(scheduled);
    expect(await idOf(scheduled)).toEqual(first);
    expect(await idOf({ ...scheduled, send_at: later + 1 })).toEqual(first);
  });

  test("it holds no dedupe key while it waits, and claims it at its time", async () => {
    const { run, calls } = routerIn();
    const email = { ...scheduled, channels: ["EMAIL"] as const };
    const first = await run(email);
    expect(calls.filter((call) => call.startsWith("claim"))).toEqual([]);
    expect(verdicts(await run(anAccepted({ channels: ["EMAIL"], cause_ref: "now" })))).toEqual(["EMAIL PASS"]);
    const back = released(written(first, "comms.schedule")[0]?.payload as Buffer);
    expect(verdicts(await run(back, later))).toEqual(["EMAIL PASS"]);
    expect(verdicts(await run(anAccepted({ channels: ["EMAIL"], cause_ref: "after" }), later + 1))).toEqual([
      "EMAIL DROP COMMS_DEDUPED",
    ]);
  });

  test("reprocessed after its time, it goes at once, and leaves nothing on the schedule", async () => {
    const outcome = await routerIn().run(anAccepted({ send_at: later, channels: ["EMAIL"] }), later + 1);
    expect(outputsOf(outcome).map(({ topic }) => topic)).toEqual(["comms.decisions", "comms.routed"]);
  });
});
