import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sendChannels } from "#shared/contracts/topics.ts";
import {
  type Content,
  channelDescriptors,
  channelOf,
  channels,
  contentFor,
  fallbackOf,
  hasAddresses,
  normaliseAddress,
  targetsOf,
} from "#shared/domain/channel/channels.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import { aPerson, aProfile } from "#tests/support/policy/records.ts";
import { countRuns } from "#tests/support/run-count.ts";

describe("normaliseAddress", () => {
  it.each([
    ["EMAIL", " Ada.L@EXAMPLE.com ", "ada.l@example.com"],
    ["EMAIL", "Mira.Holt@Example.com", "mira.holt@example.com"],
    ["EMAIL", "ada@BÜCHER.example", "ada@xn--bcher-kva.example"],
    ["EMAIL", "bounce@simulator.amazonses.com", "bounce@simulator.amazonses.com"],
    ["SMS", "+1 (212) 555-0100", "+12125550100"],
    ["SMS", "+15005550001", "+15005550001"],
    ["WHATSAPP", "+49 30 901820", "+4930901820"],
    ["PUSH", " device-token ", "device-token"],
  ] as const)("spells %s %s one way", (channel, address, expected) => {
    expect(normaliseAddress(channel, address)).toBe(expected);
  });

  it("spells a number whose national prefix shows at the second look alike, whichever spelling it is given", () => {
    const once = normaliseAddress("SMS", "+63009361485272");
    expect(once).toBe("+639361485272");
    expect(normaliseAddress("SMS", "+6309361485272")).toBe(once);
  });

  it.each([
    ["EMAIL", "ada"],
    ["EMAIL", "@example.com"],
    ["EMAIL", "ada@localhost"],
    ["EMAIL", "ada@1.2.3.4"],
    ["EMAIL", "ada@exam ple.com"],
    ["EMAIL", "ada\r\nBcc: eve@example.com"],
    ["EMAIL", "a..da@example.com"],
    ["EMAIL", `${"a".repeat(65)}@example.com`],
    ["SMS", "2125550100"],
    ["SMS", "+155"],
    ["SMS", "+12125550100 ext. 5"],
    ["PUSH", "  "],
  ] as const)("finds %s %s unusable", (channel, address) => {
    expect(normaliseAddress(channel, address)).toBeUndefined();
  });

  it("changes nothing the second time, and lets no line break through", () => {
    const usable = { EMAIL: countRuns(), SMS: countRuns(), PUSH: countRuns() };
    const phone = fc.integer({ min: 200, max: 999 }).map((last) => `+1 (415) 555-0${last}`);
    const addresses = fc.oneof(fc.string(), fc.emailAddress(), phone, fc.string({ minLength: 20 }));
    fc.assert(
      fc.property(fc.constantFrom("EMAIL", "SMS", "PUSH"), addresses, (channel, text) => {
        const once = normaliseAddress(channel, text);
        usable[channel].add(once !== undefined);
        if (once === undefined) return;
        expect(normaliseAddress(channel, once)).toBe(once);
        if (channel === "EMAIL") expect(once).not.toMatch(/[\r\n]/);
      }),
      { numRuns: 600 },
    );
    for (const count of Object.values(usable)) count.expectShare(0.1);
  });
});

describe("where a message goes", () => {
  const to = (address: string) => [{ address, deviceId: "" }];

  it.each([
    ["EMAIL", to("ines@example.com"), true],
    ["SMS", to("+12025550143"), true],
    ["WHATSAPP", to("+12025550143"), true],
    ["PUSH", "none", false],
    ["INAPP", to("ines"), false],
    ["UNKNOWN", "none", false],
  ] as const)("on %s", (channel, targets, isHashed) => {
    expect(targetsOf(channel, { userId: "ines", person: { ...aPerson(), tokens: [] } })).toEqual(targets);
    expect(hasAddresses(channel)).toBe(isHashed);
  });

  it.each([
    ["no profile", null, "none"],
    ["no address", aProfile({ email: null }), "none"],
    ["a blank address", aProfile({ email: "  " }), "none"],
    ["an address without a domain", aProfile({ email: "ines" }), "invalid"],
    ["a domain in capitals", aProfile({ email: " Ines@Example.COM" }), to("Ines@example.com")],
  ] as const)("by mail, given %s", (_, profile, targets) => {
    expect(targetsOf("EMAIL", { userId: "ines", person: { profile, tokens: [] } })).toEqual(targets);
  });
});

describe("the channels", () => {
  it("are each under their own name, which gives them back in any case", () => {
    expect(Object.values(channelDescriptors).map(({ channel }) => channel)).toEqual(channels);
    expect(channels.map((channel) => channelOf(channelName(channel)))).toEqual(channels);
  });

  it("have topics of orders, each under its name", () => {
    expect(sendChannels.toSorted()).toEqual(channels.map(channelName).toSorted());
  });

  it.each(["", "fax", "unknown", "e-mail"])("%j is none", (name) => {
    expect(channelOf(name)).toBeUndefined();
  });

  it("fall back to others that need no consent, and only if they need one themselves [PRF-08]", () => {
    expect(fallbackOf("SMS")).toEqual(["EMAIL", "INAPP"]);
    expect(fallbackOf("UNKNOWN")).toEqual([]);
    for (const { needsConsent, fallback } of Object.values(channelDescriptors)) {
      expect(fallback.length === 0 || needsConsent).toBe(true);
      expect(fallback.filter((channel) => channelDescriptors[channel].needsConsent)).toEqual([]);
    }
  });
});

describe("what is on until the person says otherwise", () => {
  it.each([
    ["EMAIL", ["security", "legal", "booking", "messages", "reviews", "finance"]],
    ["PUSH", ["booking", "messages", "reviews"]],
    ["SMS", ["security"]],
    ["INAPP", "always"],
    ["WHATSAPP", ["security"]],
  ] as const)("on %s [PRF-04]", (channel, categories) => {
    expect(channelDescriptors[channel].onByDefault).toEqual(categories);
  });
});

describe("the content of a message", () => {
  const text: Content = { channel: "SMS", text: "Hello" };

  it("is given to the sender of its channel, by its type", () => {
    expect(contentFor("SMS", { send: { msg_id: "m1" }, content: text }).text).toBe("Hello");
  });

  it("is refused to another, by the message's id and no word of it", () => {
    const refused = () => contentFor("EMAIL", { send: { msg_id: "m1" }, content: text });
    expect(refused).toThrow(new TypeError("Message m1 has SMS content"));
  });
});
