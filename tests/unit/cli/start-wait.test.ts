import { expect, it } from "vitest";
import { waitForStart } from "#cli/start-wait.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";

const away = (code: string) => new AppError(code, `${code} is away`, { retryable: true });

function waiting(answers: readonly (Error | undefined)[]) {
  const [said, clock, ending] = [[] as (string | undefined)[], createManualClock(), new AbortController()];
  let tries = 0;
  const start = async () => {
    const answer = answers[Math.min(tries++, answers.length - 1)];
    if (answer) throw answer;
  };
  const result = waitForStart(start, { clock, onWait: (why) => said.push(why), signal: ending.signal });
  return { said, clock, ending, result, tries: () => tries };
}

it("tries until what is outside answers, and says each reason once", async () => {
  const { said, clock, result, tries } = waiting([away("A"), away("A"), away("B"), undefined]);
  for (let step = 0; step < 4; step++) await clock.advance(2_000);
  expect(await result).toBe(true);
  expect(tries()).toBe(4);
  expect(said).toEqual(["A is away (A)", "B is away (B)", undefined]);
});

it("ends with what no waiting mends", async () => {
  const wrong = new AppError("SCHEMA_NOT_REGISTERED", "Prepare first", { retryable: false });
  const { result, tries } = waiting([wrong]);
  await expect(result).rejects.toBe(wrong);
  expect(tries()).toBe(1);
});

it("gives up when the process should end", async () => {
  const { clock, ending, result } = waiting([away("A")]);
  await clock.advance(3_000);
  ending.abort();
  await clock.advance(3_000);
  expect(await result).toBe(false);
});
