import { describe, expect, it } from "vitest";
import { namesToHost } from "#cli/run.ts";

describe("what `comms run` hosts", () => {
  it("is each name once: two senders of one name would be two consumers with one configuration", () => {
    expect(namesToHost(["email-sender", "router", "email-sender"])).toEqual(["email-sender", "router"]);
  });

  it("is everything for `all`, whatever stands beside it", () => {
    const everything = namesToHost(["all"]);
    expect(everything).toEqual(expect.arrayContaining(["intake", "sms-sender", "gateway"]));
    expect(namesToHost(["router", "all"])).toEqual(everything);
  });
});
