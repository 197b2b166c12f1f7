import { expect, it } from "vitest";
import { settings } from "#processors/feedback/config.ts";
import { assemble } from "#processors/feedback/main.ts";
import { declaredClients } from "#tests/support/stage-clients.ts";

it("tells the ledger by a job what it could not be told while Redis was away", async () => {
  const { platform } = declaredClients(new Set(settings.descriptions.map(({ name }) => name)));
  const { jobs = [] } = await assemble(platform);
  expect(jobs.map(({ name }) => name)).toEqual(["untold results"]);
});
