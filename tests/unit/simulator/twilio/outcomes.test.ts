import { describe, expect, it } from "vitest";
import { deliveryError, refusalOf } from "#simulator/twilio/outcomes.ts";

const good = { to: "+14155552671", from: "+15005550006", body: "x", messagingServiceSid: "", statusCallback: "" };

describe("refusalOf [SMS-11]", () => {
  it.each([
    [{}, undefined],
    [{ from: "", messagingServiceSid: "MG1" }, undefined],
    [{ from: "" }, 21603],
    [{ to: "" }, 21604],
    [{ body: "" }, 21602],
    [{ to: "4155552671" }, 21211],
    [{ to: "constructor" }, 21211],
    [{ to: "+15005550009" }, 21614],
    [{ from: "+15005550007" }, 21606],
  ])("of %j is %s", (fields, code) => {
    expect(refusalOf({ ...good, ...fields })).toBe(code);
  });
});

describe("deliveryError", () => {
  it.each([
    ["+15005553003", 30003],
    ["+15005553410", 30410],
    ["+15005550006", undefined],
    ["+14155552671", undefined],
  ])("of %s is %s", (to, code) => {
    expect(deliveryError(to)).toBe(code);
  });
});
