import { describe, expect, it } from "vitest";
import { hostableSettings } from "#cli/hostable.ts";
import { hostsOf, namesToHost, processGroups } from "#cli/process-groups.ts";

describe("what `comms run` hosts", () => {
  it("is each name once: two senders of one name would be two consumers with one configuration", () => {
    expect(namesToHost(["email-sender", "router", "email-sender"])).toEqual(["router", "email-sender"]);
  });

  it("is everything for `all`, whatever stands beside it", () => {
    const everything = namesToHost(["all"]);
    expect(everything).toEqual(Object.keys(hostableSettings));
    expect(namesToHost(["router", "all"])).toEqual(everything);
  });

  it("is, for `path`, what a message passes up to its provider, and what gives back one that had to wait", () => {
    expect(namesToHost(["path"]).toSorted()).toEqual(
      [
        "digest",
        "email-sender",
        "inapp-sender",
        "intake",
        "push-sender",
        "renderer",
        "router",
        "scheduler",
        "sms-sender",
      ].toSorted(),
    );
  });

  it("is, for `sinks`, what follows a message, and what listens", () => {
    expect(namesToHost(["sinks"]).toSorted()).toEqual(["admin", "feedback", "gateway", "materializer", "projector"]);
  });

  it("is everything, each once, in one of the two groups", () => {
    expect([...processGroups.path, ...processGroups.sinks].toSorted()).toEqual(processGroups.all.toSorted());
    expect(namesToHost(["sinks", "path"])).toEqual(namesToHost(["all"]));
  });

  it("is a group with one more beside it, and keeps a name that is none for the sentence that refuses it", () => {
    expect(namesToHost(["sinks", "router", "gateway"])).toEqual(["router", ...processGroups.sinks]);
    expect(namesToHost(["path", "nobody", "toString"]).slice(-2)).toEqual(["nobody", "toString"]);
  });
});

describe("what a process calls itself", () => {
  it.each([
    [["path"], "path"],
    [["sinks"], "sinks"],
    [["all"], "all"],
    [["path", "sinks"], "all"],
    [["router"], "router"],
    [["feedback", "router"], "router, feedback"],
    [["sinks", "router"], "router, feedback, materializer, projector, gateway, admin"],
  ])("is for %j: %s", (args, name) => {
    expect(hostsOf(namesToHost(args))).toBe(name);
  });
});
