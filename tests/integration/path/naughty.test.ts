import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { oddRequests, sampledRequests } from "#tests/support/naughty/naughty-requests.ts";
import { type NaughtyWorld, startNaughtyWorld } from "#tests/support/naughty/naughty-world.ts";

let swept: NaughtyWorld;
beforeAll(async () => {
  swept = await startNaughtyWorld();
});
afterAll(() => swept?.world.close());

/** The whole, each text in each place, is `make proof SUITE=naughty`. */
describe("naughty strings against every route of the running gateway", () => {
  it("each place of each route, by each sender: no 5xx, and nobody let in without what opens the route", async () => {
    const { routes } = swept;
    expect(routes.length).toBeGreaterThan(7);
    const { asked, statuses, failed, strangersLetIn, unanswered } = await swept.sweep(sampledRequests(routes));
    expect({ failed, strangersLetIn, unanswered }).toEqual({ failed: [], strangersLetIn: [], unanswered: [] });
    expect(asked).toBeGreaterThan(500);
    const count = (key: string) => statuses.get(key) ?? 0;
    for (const seen of ["nobody 401", "an unknown key 401", "a key without the scope 403"])
      expect([seen, count(seen) > 100]).toEqual([seen, true]);
    expect(count("a good key 202")).toBeGreaterThan(10);
  });

  it("odd methods, spellings, types, encodings and depth, too", async () => {
    const requests = swept.routes.flatMap(oddRequests);
    const { asked, statuses, failed, strangersLetIn, unanswered } = await swept.sweep(requests);
    expect({ failed, strangersLetIn, unanswered }).toEqual({ failed: [], strangersLetIn: [], unanswered: [] });
    expect(asked).toBe(requests.length * 4);
    expect(statuses.get("a good key 202")).toBeGreaterThan(0);
  });

  it("and a good event goes its whole way behind them, each person mailed once", async () => {
    expect(await swept.goodEvent()).toEqual(["late-buyer@example.com", "late-seller@example.com"]);
    expect(() => process.kill(swept.child.pid, 0)).not.toThrow();
  });
});
