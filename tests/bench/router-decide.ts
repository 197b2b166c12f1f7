/** What one decision costs, in µs: intake's `decide`, and the router's for four channels. `bin/node tests/bench/router-decide.ts`. */
import { loadEventCatalog, readEventFiles } from "#catalog/event-catalog.ts";
import { evaluateGates } from "#processors/router/core/evaluate-gates.ts";
import type { ChannelFacts, RoutingFacts } from "#processors/router/core/facts.ts";
import { toOutcome } from "#processors/router/core/to-outcome.ts";
import { decideIntake as takeIn } from "#shared/domain/event/decide-intake.ts";
import { anAccepted, anEvent, aPerson, aProfile, noon } from "#tests/support/policy/records.ts";

const zones = ["America/New_York", "Europe/Paris", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Los_Angeles"];
const way: ChannelFacts = {
  to: [{ address: "ada@example.com", deviceId: "", hash: "v1:k:00", suppressions: [] }],
  template: { version: 1, locales: ["en-US"] },
};
const ways = new Map((["EMAIL", "PUSH", "SMS", "INAPP"] as const).map((channel) => [channel, way]));
const people = zones.map(
  (tz): RoutingFacts => ({
    person: aPerson({ profile: aProfile({ tz }) }),
    flags: new Map(),
    cancellation: null,
    views: { ageMs: 0, ageMsMax: 5_000 },
    channels: ways,
  }),
);
const encode = () => Buffer.alloc(0);

const catalog = loadEventCatalog();
const example = readEventFiles(new URL("../../catalog/events", import.meta.url).pathname).find(
  ({ content }) => content.name === "booking.confirmed",
);
const payload = JSON.stringify(example?.content.example);

function measure(name: string, runs: number, work: (i: number) => unknown): void {
  for (let i = 0; i < runs / 4; i++) work(i);
  const began = process.cpuUsage();
  for (let i = 0; i < runs; i++) work(i);
  const { user, system } = process.cpuUsage(began);
  process.stdout.write(`${name}: ${((user + system) / runs).toFixed(1)} µs\n`);
}

measure("intake, a booking for two people", 20_000, (i) =>
  takeIn(anEvent({ cause_ref: `bk_${i}`, payload }), { catalog, topic: "comms.events", now: noon }),
);
for (const [name, start] of [
  ["by day", noon],
  ["by night", Date.UTC(2026, 10, 23, 5)],
] as const) {
  measure(`router, four channels ${name}`, 20_000, (i) => {
    const accepted = anAccepted({ user_id: `usr_${i}`, cause_ref: `bk_${i}` });
    const now = start + i * 20;
    return toOutcome(accepted, evaluateGates(accepted, people[i % people.length] as RoutingFacts, now), {
      now,
      encode,
    });
  });
}
