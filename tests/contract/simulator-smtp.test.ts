import { createTransport } from "nodemailer";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Bench, startBench } from "./simulator-support.ts";

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
});
afterEach(() => bench.control.clearFaults());
afterAll(() => bench.close());

const send = (to: string, msgId: string) =>
  createTransport(bench.simulator.smtp).sendMail({
    from: "Carillon <hello@example.com>",
    to,
    subject: "Booking confirmed ✓",
    html: "<p>See you on Friday</p>",
    headers: { "X-Comms-Msg-Id": msgId },
  });

describe("SMTP by nodemailer [TST-08]", () => {
  it("takes a mail and writes its line", async () => {
    const answer = await send("ada@example.org", "s-1");
    expect(answer).toMatchObject({ accepted: ["ada@example.org"], response: expect.stringContaining("250 2.0.0 Ok") });
    expect(await bench.control.ledger({ msg_id: "s-1" })).toMatchObject([
      { provider: "smtp", channel: "email", recipient: "ada@example.org", outcome: "accepted", status: 250 },
    ]);
  });

  it.each([
    ["bounce@simulator.amazonses.com", 550, "5.1.1"],
    ["mailboxfull@simulator.amazonses.com", 450, "4.2.2"],
  ])("refuses the recipient %s with %i", async (to, code, words) => {
    await expect(send(to, "s-bounce")).rejects.toMatchObject({
      responseCode: code,
      response: expect.stringContaining(words),
    });
    expect(await bench.control.ledger({ provider: "smtp", recipient: to })).toMatchObject([{ outcome: String(code) }]);
  });

  it.each([
    [{ kind: "rate_limit" as const }, 451],
    [{ kind: "outage" as const }, 421],
    [{ kind: "status" as const, status: 554, code: "5.7.1 Message content rejected" }, 554],
  ])("speaks %j as a mail server does", async (fault, code) => {
    await bench.control.fault({ provider: "smtp", ...fault, count: 1 });
    await expect(send("ada@example.org", `s-${code}`)).rejects.toMatchObject({ responseCode: code });
    expect(await bench.control.ledger({ msg_id: `s-${code}` })).toMatchObject([{ outcome: String(code) }]);
  });

  it("loses the answer to a mail that it took", async () => {
    await bench.control.fault({ provider: "smtp", kind: "reset_after_accept", count: 1 });
    await expect(send("ada@example.org", "s-lost")).rejects.toThrow(/ECONNRESET|closed/);
    expect(await bench.control.ledger({ msg_id: "s-lost" })).toMatchObject([{ outcome: "accepted" }]);
  });
});
