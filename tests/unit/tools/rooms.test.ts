import { describe, expect, test } from "vitest";
import {
  forbiddenImports,
  type Import,
  importersOf,
  providerRoom,
  providerRooms,
  roomOf,
  rooms,
  unusedAllowances,
} from "#tools/rooms.ts";

const file = (from: string, to: string): Import => ({ from, to, isPackage: false, isTypeOnly: false });
const types = (from: string, to: string): Import => ({ ...file(from, to), isTypeOnly: true });
const bundle = (from: string, to: string): Import => ({ ...file(from, to), isPackage: true });
const bundleTypes = (from: string, to: string): Import => ({ ...bundle(from, to), isTypeOnly: true });

/** A file in each room that the walls below stand around. */
const domain = "shared/domain/message/id.ts";
const platform = "shared/platform/clock/clock.ts";
const kafka = "shared/platform/kafka/kafkajs-log.ts";
const control = "shared/control/templates/publish.ts";
const routerCore = "processors/router/core/decide.ts";
const pushCore = "shared/delivery/providers/fcm/core/payload.ts";
const twilio = "shared/delivery/providers/twilio/adapter.ts";
const router = "processors/router/main.ts";
const digest = "processors/digest/closer.ts";
const ses = "shared/delivery/providers/ses/webhook.ts";
const gateway = "gateway/main.ts";
const cli = "cli/run.ts";

describe("the room of a file", () => {
  test.each([
    [domain, "shared/domain"],
    [platform, "shared/platform"],
    [kafka, "shared/platform/kafka"],
    [routerCore, "processors/router/core"],
    [router, "processors/router"],
    ["shared/delivery/providers/ses/core/trust.ts", "shared/delivery/providers/ses/core"],
    ["shared/delivery/providers/ses/sns/verify.ts", "shared/delivery/providers/ses"],
    [pushCore, "shared/delivery/providers/fcm/core"],
    [twilio, "shared/delivery/providers/twilio"],
    ["shared/delivery/providers/registry.ts", "shared/delivery"],
    ["shared/domains/x.ts", undefined],
    ["tests/unit/x.test.ts", undefined],
    ["vitest.config.ts", undefined],
  ])("%s lies in %s", (path, room) => expect(roomOf(path)).toBe(room));
});

/** Each wall broken once, beside the import next to it that is allowed. */
const walls: readonly { readonly wall: string; readonly refused: Import; readonly allowed: Import }[] = [
  {
    wall: "the domain imports no module of Node",
    refused: bundle(domain, "node:crypto"),
    allowed: bundle(domain, "zod"),
  },
  {
    wall: "the domain does not import the platform",
    refused: file(domain, platform),
    allowed: file(domain, "shared/domain/time/instant.ts"),
  },
  {
    wall: "the domain knows the pure files of the contracts only",
    refused: file(domain, "shared/contracts/topic-contract.ts"),
    allowed: file(domain, "shared/contracts/records.ts"),
  },
  {
    wall: "a pure folder does not import the platform, types included",
    refused: types(routerCore, platform),
    allowed: types(router, platform),
  },
  {
    wall: "a pure folder does not import what stands beside it",
    refused: file(routerCore, "processors/router/processor.ts"),
    allowed: file("processors/router/processor.ts", routerCore),
  },
  {
    wall: "a package allowed for its types is not loaded",
    refused: bundle(pushCore, "firebase-admin"),
    allowed: bundleTypes(pushCore, "firebase-admin"),
  },
  {
    wall: "a processor does not know its neighbour",
    refused: file(router, digest),
    allowed: file(cli, digest),
  },
  {
    wall: "a processor that sends nothing does not know the shared sender",
    refused: file(router, "shared/delivery/sender.ts"),
    allowed: file("processors/sms-sender/main.ts", "shared/delivery/sender.ts"),
  },
  {
    wall: "a provider does not know another",
    refused: file(twilio, "shared/delivery/providers/ses/client.ts"),
    allowed: file("shared/delivery/providers/registry.ts", "shared/delivery/providers/ses/provider.ts"),
  },
  {
    wall: "fastify stays in the gateway",
    refused: bundle(twilio, "fastify"),
    allowed: bundle(gateway, "fastify"),
  },
  {
    wall: "the tables of a provider's webhooks are pure",
    refused: bundle("shared/delivery/providers/ses/core/normalise.ts", "node:crypto"),
    allowed: bundle(ses, "node:crypto"),
  },
  {
    wall: "the gateway knows providers and not the sender",
    refused: file(gateway, "shared/delivery/sender.ts"),
    allowed: file(gateway, ses),
  },
  {
    wall: "a provider does not know the sender",
    refused: file(twilio, "shared/delivery/sender.ts"),
    allowed: file(twilio, "shared/delivery/network.ts"),
  },
  {
    wall: "a provider does not know what senders keep",
    refused: file(twilio, "shared/state/ledger/ledger.ts"),
    allowed: file("shared/delivery/assemble.ts", "shared/state/ledger/ledger.ts"),
  },
  {
    wall: "the pure half of a provider opens no connection",
    refused: file(pushCore, "shared/delivery/network.ts"),
    allowed: file("shared/delivery/providers/fcm/adapter.ts", "shared/delivery/network.ts"),
  },
  {
    wall: "the SDK of a provider stays with the providers",
    refused: bundle("shared/delivery/sender.ts", "twilio"),
    allowed: bundle(twilio, "twilio"),
  },
  {
    wall: "kafkajs stays in its folder",
    refused: bundle(platform, "kafkajs"),
    allowed: bundle(kafka, "kafkajs"),
  },
  {
    wall: "MJML stays in control",
    refused: bundle("processors/renderer/main.ts", "mjml"),
    allowed: bundle(control, "mjml"),
  },
  {
    wall: "the platform does not import the runtime",
    refused: file(platform, "shared/runtime/shell/shell.ts"),
    allowed: file("shared/runtime/shell/shell.ts", platform),
  },
  {
    wall: "the product does not import tests",
    refused: file(gateway, "tests/fakes/memory-log.ts"),
    allowed: file(gateway, "shared/runtime/process/host.ts"),
  },
  {
    wall: "the product does not know the simulator, the commands aside",
    refused: file(gateway, "simulator/simulator.ts"),
    allowed: file(cli, "simulator/simulator.ts"),
  },
  {
    wall: "a folder whose name goes on is another folder",
    refused: file("stack/main.ts", "shared/platform-two/x.ts"),
    allowed: file("stack/main.ts", platform),
  },
  {
    wall: "a module of Node needs leave like any package",
    refused: bundle(router, "node:fs"),
    allowed: bundle(gateway, "node:fs"),
  },
];

describe("imports that a room forbids", () => {
  test.each(walls)("$wall", ({ refused, allowed }) => {
    expect(forbiddenImports([allowed])).toEqual([]);
    const room = roomOf(refused.from);
    expect(forbiddenImports([allowed, refused])).toEqual([`${room} may not import ${refused.to}: ${refused.from}`]);
  });

  test("a file in no room may import nothing", () => {
    expect(forbiddenImports([file("console/main.ts", domain)])).toEqual(["console/main.ts lies in no room"]);
  });
});

describe("a new provider", () => {
  test("is a room by its folder, and its pure half another", () => {
    const made = providerRooms(["sendgrid"]);
    expect(Object.keys(made)).toEqual([
      "shared/delivery/providers/sendgrid",
      "shared/delivery/providers/sendgrid/core",
    ]);
    expect(made["shared/delivery/providers/sendgrid"]).toBe(providerRoom);
  });
});

describe("the importers of a room", () => {
  test("are those that name it, a file of it or a folder above it", () => {
    expect(importersOf("shared/control")).toEqual(["gateway/admin", "catalog", "cli"]);
    expect(importersOf("shared/contracts")).toContain("processors/router/core");
    expect(importersOf("shared/platform/kafka")).toEqual(expect.arrayContaining(["shared/platform", "stack"]));
  });

  test("leave out the room and the rooms inside it", () => {
    expect(importersOf("gateway")).toEqual(["cli"]);
  });
});

describe("what the rooms allow and nothing uses", () => {
  /** One import for each package of each room, so that nothing is unused. */
  const all = Object.entries(rooms).flatMap(([name, { packages }]) => [
    file(`${name}/a.ts`, `${name}/b.ts`),
    ...packages.map((one) => bundle(`${name}/a.ts`, one === "node:*" ? "node:fs" : one.replace(" (types)", ""))),
  ]);

  test("is nothing where each package is imported", () => expect(unusedAllowances(all)).toEqual([]));

  test("is a package that its room does not import, although others import it", () => {
    const without = all.filter(({ from, to }) => !(from === "gateway/a.ts" && to === "pg"));
    expect(unusedAllowances(without)).toEqual(["gateway need not import pg: take it out of tools/rooms.ts"]);
  });

  test("is a package of the providers' pool that none of them imports", () => {
    const isProvider = (from: string) => /^shared\/delivery\/providers\/[^/]+\/a/.test(from);
    const one = (name: string) =>
      all.filter(({ from, to }) => !(isProvider(from) && !from.includes(name) && to === "pg"));
    expect(unusedAllowances(one("/inapp/"))).toEqual([]);
    expect(unusedAllowances(one("/none/"))).toEqual([
      "shared/delivery/providers/* need not import pg: take it out of tools/rooms.ts",
    ]);
  });

  test("is not the missing pure half of one provider", () => {
    expect(unusedAllowances(all.filter(({ from }) => !from.includes("providers/twilio/core/")))).toEqual([]);
  });

  test("is a room without a file", () => {
    const without = all.filter(({ from }) => !from.startsWith("stack/"));
    expect(unusedAllowances(without)).toEqual(["stack imports nothing: take it out of tools/rooms.ts"]);
  });
});
