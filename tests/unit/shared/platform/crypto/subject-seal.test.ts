import { describe, expect, it } from "vitest";
import { createSubjectSeal } from "#shared/platform/crypto/subject-seal.ts";
import { aSend } from "../../delivery/sender-bench.ts";

const old = { current: "k1", peppers: { k1: "a pepper of some length" } };
const rotated = { current: "k2", peppers: { k2: "another pepper of it", k1: "a pepper of some length" } };
const other = { current: "k1", peppers: { k1: "quite another pepper" } };
const send = aSend();

describe("what a report repeats, sealed for the way through a provider", () => {
  const sealed = createSubjectSeal(old).seal(send);

  it("comes back whole, and holds nothing that can be read", () => {
    const { msg_id, user_id, cause_ref, occurred_at, template_version } = send;
    expect(createSubjectSeal(old).open(sealed, msg_id)).toMatchObject({
      msg_id,
      user_id,
      cause_ref,
      occurred_at,
      template_version,
    });
    expect(sealed).toMatch(/^[\w-]+$/);
    expect(Buffer.from(sealed, "base64url").toString("latin1")).not.toContain(send.cause_event);
  });

  it("opens under a pepper that is no longer the current one", () => {
    expect(createSubjectSeal(rotated).open(sealed, send.msg_id)).toBeDefined();
    expect(createSubjectSeal(rotated).open(createSubjectSeal(rotated).seal(send), send.msg_id)).toBeDefined();
  });

  it.each([
    ["under another key", createSubjectSeal(other).open(sealed, send.msg_id)],
    ["for another message", createSubjectSeal(old).open(sealed, "m-2")],
    ["with a letter changed", createSubjectSeal(old).open(`${sealed.slice(0, 60)}!${sealed.slice(61)}`, send.msg_id)],
    ["from nothing", createSubjectSeal(old).open("", send.msg_id)],
  ])("opens to nothing %s", (_, opened) => {
    expect(opened).toBeUndefined();
  });

  it("is some 600 letters long: three tags of SES", () => {
    const id = "f0000000-0000-4000-8000-000000000000";
    const hash = "0".repeat(64);
    const real = aSend({
      event_id: id,
      correlation_id: id,
      user_id: id,
      artifact_ref: `default/${send.msg_id}/${hash}/2026-11-26/${hash.slice(0, 24)}/67108863/1799`,
    });
    expect(createSubjectSeal(old).seal(real).length).toBeLessThanOrEqual(768);
  });
});
