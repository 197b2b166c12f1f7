import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stageLimits } from "#shared/runtime/limits.ts";
import { emailTo, pushTo, simulated, textTo, within } from "./sender-simulator.ts";

const latencyMs = 3_000;
let world: Awaited<ReturnType<typeof simulated>>;

beforeAll(async () => {
  world = await simulated();
});
afterAll(() => world.close());

const cases = [
  { name: "ses", operation: "SendEmail", message: (index: number) => emailTo(`a${index}@example.com`) },
  { name: "fcm", operation: "messages:send", message: (index: number) => pushTo(`token-${index}`) },
  { name: "twilio", operation: undefined, message: () => textTo("+14155550123") },
] as const;

/** A call that waits inside the client runs into its deadline unsent, and would be taken for one in doubt. */
describe("a slow provider", () => {
  test.concurrent.each(cases)(
    "has every call of a full stage at once from the client of $name",
    async ({ name, operation, message }) => {
      const adapter = world[name]();
      await world.control.fault({ provider: name, kind: "latency", delay_ms: latencyMs, match: { operation } });
      let firstAnswerAt = Number.POSITIVE_INFINITY;
      const call = async (index: number) => {
        await adapter.send(message(index), within(30_000));
        firstAnswerAt = Math.min(firstAnswerAt, Date.now());
      };
      await Promise.all(Array.from({ length: stageLimits.inFlight }, (_, index) => call(index)));
      const calls = await world.control.ledger({ provider: name, operation });
      expect(calls.filter(({ time_ms }) => time_ms < firstAnswerAt)).toHaveLength(stageLimits.inFlight);
      await adapter.close();
    },
  );
});
