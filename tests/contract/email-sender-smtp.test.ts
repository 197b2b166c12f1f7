import { afterAll, beforeAll, expect, test } from "vitest";
import { settings } from "#processors/email-sender/config.ts";
import { openSender } from "#shared/delivery/assemble.ts";
import { readConfig } from "#shared/platform/config/environment.ts";
import { sandboxAccounts } from "#simulator/options.ts";
import { minimalEnvironment } from "#tests/support/minimal-environment.ts";
import { senderContext, takeThrough } from "#tests/support/sender-context.ts";
import { aSend, outputsOn } from "#tests/unit/shared/delivery/sender-bench.ts";
import { simulated } from "./sender-simulator.ts";

let world: Awaited<ReturnType<typeof simulated>>;

beforeAll(async () => {
  world = await simulated({ smtpTls: true });
});
afterAll(() => world.close());

function environment() {
  const { hostname, port } = new URL(world.simulator.smtp);
  const { user, password } = sandboxAccounts.smtp;
  return {
    ...minimalEnvironment,
    COMMS_EMAIL_PROVIDER: "smtp",
    COMMS_SMTP_HOST: hostname,
    COMMS_SMTP_PORT: port,
    COMMS_SMTP_USER: user,
    COMMS_SMTP_PASSWORD: password,
    COMMS_SMTP_CA: world.simulator.smtpCertificate ?? "",
  };
}

test("COMMS_EMAIL_PROVIDER=smtp: the email sender sends by SMTP, behind STARTTLS and a login [EML-06]", async () => {
  const runnable = await openSender(senderContext().platform, "EMAIL", readConfig(settings, environment(), "/nowhere"));
  const send = aSend();
  const outcome = await takeThrough(runnable, send);
  await runnable.close?.();
  expect(outputsOn(outcome, "comms.feedback")).toMatchObject([{ provider: "smtp", status: "SENT" }]);
  const accepted = await world.control.ledger({ outcome: "accepted" });
  expect(accepted).toMatchObject([{ provider: "smtp", msg_id: send.msg_id }]);
});
