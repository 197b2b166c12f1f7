import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { watchPool } from "#shared/platform/postgres/pool-watch.ts";
import { lateMessage } from "#shared/platform/postgres/postgres-error.ts";

/** A pool that only tells, and a clock that is moved. */
function watched() {
  const pool = new EventEmitter();
  let now = 0;
  const silence = watchPool(pool as unknown as Parameters<typeof watchPool>[0], { now: () => now });
  const late = new Error(lateMessage);
  return {
    silence,
    late,
    pass: (ms: number) => (now += ms),
    take: (client: object) => pool.emit("acquire", client),
    giveBack: (client: object, error?: unknown) => pool.emit("release", error, client),
  };
}

describe("the watch of a pool", () => {
  it("tells of a statement that has waited for more than five seconds, until it is answered", () => {
    const { silence, pass, take, giveBack } = watched();
    const client = {};
    take(client);
    pass(5_000);
    expect(silence()).toBeUndefined();
    pass(1_000);
    expect(silence()).toBe("Postgres has not answered for 6 s");
    giveBack(client);
    expect(silence()).toBeUndefined();
  });

  it.each([
    ["an error", (late: Error) => late],
    ["the word of a transaction", () => true],
  ])("tells of statements that are each given up after four seconds, by %s", (_, asGivenUp) => {
    const { silence, late, pass, take, giveBack } = watched();
    for (let turn = 0; turn < 3; turn++) {
      const client = {};
      take(client);
      pass(4_000);
      giveBack(client, asGivenUp(late));
    }
    expect(silence()).toBe("Postgres has not answered for 12 s");
  });

  it("takes a refusal of Postgres for an answer", () => {
    const { silence, pass, take, giveBack } = watched();
    for (let turn = 0; turn < 3; turn++) {
      const client = {};
      take(client);
      pass(4_000);
      giveBack(client, Object.assign(new Error("duplicate key"), { code: "23505" }));
    }
    expect(silence()).toBeUndefined();
  });

  it("forgets a silence that nobody has tried to end for five seconds, so that a process without work is asked again", () => {
    const { silence, late, pass, take, giveBack } = watched();
    const client = {};
    take(client);
    pass(6_000);
    giveBack(client, late);
    pass(1);
    expect(silence()).toBeUndefined();
  });
});
