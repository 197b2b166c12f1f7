import { expect, it } from "vitest";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { createTelemetry } from "#shared/platform/telemetry/telemetry.ts";
import { defaultFuse } from "#shared/runtime/limits.ts";
import { StageHealth } from "#shared/runtime/shell/stage-health.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";

const refused = new AppError("KAFKA_REFUSED", "Reading (comms.router): not allowed", { retryable: true });

it("says why the log refuses the stage until the group has taken it in, counts each try, and ends nothing", async () => {
  const telemetry = createTelemetry({ level: "silent", version: "0" });
  let crashes = 0;
  const health = new StageHealth({
    stage: "router",
    clock: createManualClock(),
    random: () => 0,
    telemetry,
    limits: { outageTries: 5, fuse: defaultFuse },
    stopping: new AbortController().signal,
    onFailedTry: () => {},
    onCrash: () => (crashes += 1),
  });
  health.refuse(refused);
  health.refuse(refused);
  expect([health.isRefused, health.whyUnready(false), health.isClosed]).toEqual([
    true,
    "Reading (comms.router): not allowed (KAFKA_REFUSED)",
    false,
  ]);
  expect(await telemetry.metrics.text()).toContain('comms_stage_trouble_total{stage="router",code="KAFKA_REFUSED"} 2');
  health.joined();
  expect([health.isRefused, health.whyUnready(true), crashes]).toEqual([false, undefined, 0]);
});
