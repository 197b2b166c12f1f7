import { expect, test } from "vitest";
import { settings } from "#gateway/config.ts";
import { minimalEnvironment } from "#tests/support/minimal-environment.ts";

test("the gateway reads where it listens, and its webhooks", () => {
  expect(settings.read(minimalEnvironment)).toMatchObject({
    kind: "config",
    config: {
      COMMS_GATEWAY_HOST: "127.0.0.1",
      COMMS_GATEWAY_PORT: 0,
      webhooks: [{ provider: "ses" }, { provider: "twilio" }],
    },
  });
});

test("issues of both are reported together", () => {
  const { COMMS_TWILIO_AUTH_TOKEN: _, ...values } = minimalEnvironment;
  expect(settings.read({ ...values, COMMS_GATEWAY_PORT: "70000" })).toEqual({
    kind: "issues",
    issues: ["COMMS_TWILIO_AUTH_TOKEN: is not set", expect.stringMatching(/^COMMS_GATEWAY_PORT: /)],
  });
});
