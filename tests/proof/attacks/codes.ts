import type { Character } from "#cli/demo/people.ts";
import type { World } from "#tests/support/world.ts";
import { sendHostile } from "./standstill.ts";

/** Asks for a one-time code for each of these people, over HTTP: a critical message, by text where there is a consent, else by mail. */
export async function askForCodes(world: World, people: readonly Character[], run: string): Promise<void> {
  for (const { userId } of people) {
    const cause_ref = `${run}-${userId}`;
    const actors = [{ role: "user", user_id: userId }];
    const payload = { request_id: cause_ref, code: "402913", minutes_valid: 10 };
    const body = JSON.stringify({ name: "security.code_requested", cause_ref, actors, payload });
    const headers = { "content-type": "application/json", authorization: `Bearer ${await world.apiKey()}` };
    const { status, text } = await sendHostile(world.gatewayUrl, { path: "/v1/events", headers, body });
    if (status !== 202) throw new Error(`The gateway answered ${status}: ${text}`);
  }
}
