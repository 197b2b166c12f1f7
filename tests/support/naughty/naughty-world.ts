import { createEventFactory } from "#cli/demo/event-factory.ts";
import { createApiKey } from "#shared/control/keys/api-keys.ts";
import { allScopes } from "#shared/domain/access/scope.ts";
import { apiKeySettings } from "#shared/platform/config/api-key-settings.ts";
import { environmentWith, readConfig } from "#shared/platform/config/environment.ts";
import { apiKeyPeppersOf } from "#shared/runtime/process/rotation.ts";
import { eventually } from "../world/eventually.ts";
import { aPerson } from "../world/people.ts";
import { everything, startWorld, type World, type WorldChild } from "../world.ts";
import type { NaughtyRequest } from "./naughty-requests.ts";
import { type SweepKeys, type SweepResult, sweep } from "./naughty-sweep.ts";
import { type SweptRoute, sweptRoutes } from "./swept-routes.ts";

/** Carillon whole on the real stack, the gateway by its own main, to be swept. */
export interface NaughtyWorld {
  readonly world: World;
  readonly child: WorldChild;
  readonly routes: readonly SweptRoute[];
  sweep(requests: Iterable<NaughtyRequest>): Promise<SweepResult>;
  /** Sends an event about two people whom no sweep names, and resolves with the addresses that the provider got of them. */
  goodEvent(): Promise<readonly string[]>;
}

/** As many requests as a sweep sends: what is asked here is not how many a client may send. */
const noRates = { COMMS_GATEWAY_CLIENT_RATE: "100000", COMMS_GATEWAY_KEY_RATE: "100000" };
const factory = createEventFactory("naughty");
/** Whom no request of a sweep is about. */
const bystanders = ["late-buyer", "late-seller"] as const;

export async function startNaughtyWorld(): Promise<NaughtyWorld> {
  const world = await startWorld({ watch: false });
  try {
    const child = await world.start(everything, noRates);
    await world.introduce([aPerson("ines"), aPerson("studio"), ...bystanders.map((name) => aPerson(name))]);
    const keys = await keysOf(world);
    const routes = (await sweptRoutes(world.gatewayUrl)).map(withGoodSample);
    return {
      world,
      child,
      routes,
      sweep: (requests) => sweep(world.gatewayUrl, requests, keys),
      goodEvent: () => sendGoodEvent(world, keys.good),
    };
  } catch (error) {
    await world.close();
    throw error;
  }
}

/** The body of an event that goes through, so that what lies in it comes as far as it can. */
function goodBody(buyer: string, seller: string): object {
  const { name, actors, payload, cause_ref } = factory.booking({ buyer, seller }, Date.now());
  return { name, actors, payload: JSON.parse(payload) as object, cause_ref };
}

function withGoodSample(route: SweptRoute): SweptRoute {
  const sample = goodBody("ines", "studio");
  if (route.path === "/v1/events") return { ...route, sample };
  // Of the key's own tenant: with another, each place would be refused for that alone.
  if (route.path === "/v1/cancellations") return { ...route, sample: { cause_ref: "swept", reason: "A sweep" } };
  return route.path === "/v1/events/batch" ? { ...route, sample: { events: [sample] } } : route;
}

async function keysOf(world: World): Promise<SweepKeys> {
  const peppers = apiKeyPeppersOf(readConfig(apiKeySettings, environmentWith(world.env)));
  const table = { pool: world.platform.postgres(), peppers };
  const without = new Map<string, string>();
  for (const scope of allScopes) {
    const scopes = allScopes.filter((one) => one !== scope);
    const grant = { tenantId: "default", name: scope, scopes, ratePerSecond: null, expiresAt: null };
    const { text } = await createApiKey(table, grant, { actor: "test", reason: "a sweep", now: Date.now() });
    without.set(scope, text);
  }
  return { good: await world.apiKey(), without: (scope) => without.get(scope) ?? "" };
}

async function sendGoodEvent(world: World, key: string): Promise<readonly string[]> {
  const answer = await fetch(`${world.gatewayUrl}/v1/events`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    body: JSON.stringify(goodBody(...bystanders)),
  });
  if (answer.status !== 202) throw new Error(`A good event is answered with ${answer.status}: ${await answer.text()}`);
  const mailed = async () => {
    const calls = await Promise.all(
      bystanders.map((name) => world.ledger({ provider: "ses", recipient: `${name}@example.com` })),
    );
    return calls.flat().flatMap(({ recipient }) => (recipient === undefined ? [] : [recipient]));
  };
  await eventually(async () => (await mailed()).length >= bystanders.length, "the mails of a good event", 60_000);
  return mailed();
}
