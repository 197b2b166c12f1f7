import { readdirSync } from "node:fs";

/**
 * The rooms of the house: what each may import. A room is a folder; a file belongs to the longest folder that it lies
 * under. Everything is an allow-list. Each room's README says the same;
 * `tests/unit/tools/room-pages.test.ts` compares the two.
 */
export interface Room {
  /** Rooms, or single files, that it may import beside itself. */
  readonly imports: readonly string[];
  /** Packages by name; `node:*` stands for Node's own modules, a trailing ` (types)` for an import of types only. */
  readonly packages: readonly string[];
}

/** What every pure room may import of the contracts: types, topic names, nothing that reads a file. */
const pureContracts = [
  "shared/contracts/log-record.ts",
  "shared/contracts/output.ts",
  "shared/contracts/decoded-record.ts",
  "shared/contracts/records.ts",
  "shared/contracts/topics.ts",
];

/** The packages that compute and do nothing else. */
const purePackages = ["ajv", "ajv-formats", "libphonenumber-js", "liquidjs", "moment-timezone", "yaml", "zod"];

/** A pure folder inside a room that is not: it may import itself and what pure code may. */
function pure(...packages: readonly string[]): Room {
  return { imports: ["shared/domain", ...pureContracts], packages };
}

const upToPlatform = ["shared/contracts", "shared/domain", "shared/platform"];
const upToRuntime = [...upToPlatform, "shared/runtime"];

/** A processor knows the shared rooms up to the runtime, and none of its neighbours. */
function processor(...packages: readonly string[]): Room {
  return { imports: upToRuntime, packages };
}

/** A sender: the shared sender beside what every processor knows. */
function sender(): Room {
  return { imports: [...upToRuntime, "shared/delivery"], packages: [] };
}

/** A processor that reads what the log was made into: views, templates, the ledger, cancellations. */
function withState({ imports, packages }: Room): Room {
  return { imports: [...imports, "shared/state"], packages };
}

const processors: Readonly<Record<string, Room>> = {
  intake: { imports: [...upToRuntime, "catalog"], packages: [] },
  router: withState(processor()),
  renderer: withState(processor()),
  "email-sender": sender(),
  "push-sender": sender(),
  "sms-sender": sender(),
  "inapp-sender": sender(),
  feedback: withState({ imports: [...upToRuntime, "shared/delivery/providers"], packages: ["pg"] }),
  digest: withState(processor("pg", "zod")),
  scheduler: withState(processor("pg")),
  materializer: withState(processor()),
  projector: withState(processor("pg")),
};

/** The pure half of a processor, where it has one of its own, with the packages that it may import. */
const processorCores: Readonly<Record<string, Room>> = {
  router: pure(),
  renderer: pure(),
  feedback: pure(),
  digest: pure(),
  scheduler: pure(),
  projector: pure(),
};

const processorRooms = [
  ...Object.entries(processors).map(([name, room]): readonly [string, Room] => [`processors/${name}`, room]),
  ...Object.entries(processorCores).map(([name, room]): readonly [string, Room] => [`processors/${name}/core`, room]),
];

/** Where a provider is a folder and a room. It may not import another; all of them may import the same. */
export const providerFolder = "shared/delivery/providers";

/** What every provider may import. The packages are a pool: one that no provider imports is not allowed to any. */
export const providerRoom: Room = {
  imports: [
    ...upToPlatform,
    "shared/delivery/adapter.ts",
    "shared/delivery/bounded-answer.ts",
    "shared/delivery/network.ts",
    "shared/delivery/email",
    `${providerFolder}/provider.ts`,
    `${providerFolder}/check.ts`,
  ],
  packages: ["node:*", "@aws-sdk/client-sesv2", "nodemailer", "pg", "twilio", "undici", "zod"],
};

/** The same for the pure half of each. */
export const providerCore: Room = pure("firebase-admin (types)", "zod");

/** The rooms of these providers, and of their pure halves. A new provider needs no line here. */
export function providerRooms(names: readonly string[]): Readonly<Record<string, Room>> {
  return Object.fromEntries(
    names.flatMap((name) => [
      [`${providerFolder}/${name}`, providerRoom],
      [`${providerFolder}/${name}/core`, providerCore],
    ]),
  );
}

const providerNames = readdirSync(new URL(`../${providerFolder}/`, import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** Every room by its folder. */
export const rooms: Readonly<Record<string, Room>> = {
  "shared/contracts": { imports: [], packages: ["node:*", "yaml", "zod"] },
  "shared/domain": { imports: pureContracts, packages: purePackages },
  "shared/platform": {
    imports: ["shared/contracts", "shared/domain"],
    packages: [
      "node:*",
      "@kafkajs/confluent-schema-registry",
      "@opentelemetry/api",
      "@opentelemetry/exporter-trace-otlp-http",
      "@opentelemetry/sdk-node",
      "avsc",
      "ioredis",
      "pg",
      "pino",
      "prom-client",
      "undici",
      "yaml",
      "zod",
    ],
  },
  "shared/platform/kafka": { imports: upToPlatform, packages: ["node:*", "kafkajs"] },
  "shared/state": { imports: upToPlatform, packages: ["node:*", "ioredis", "pg"] },
  "shared/runtime": { imports: upToPlatform, packages: [] },
  "shared/runtime/process": {
    imports: [...upToPlatform, "shared/state", "shared/runtime"],
    packages: ["node:*", "ioredis", "pg"],
  },
  "shared/control": { imports: upToPlatform, packages: ["node:*", "mjml", "pg", "zod"] },
  "shared/delivery": {
    imports: [...upToRuntime, "shared/state"],
    packages: ["node:*", "opossum", "pg (types)", "yaml", "zod"],
  },
  "shared/delivery/email": {
    imports: [...upToPlatform, "shared/delivery/adapter.ts"],
    packages: ["nodemailer", "zod"],
  },
  ...providerRooms(providerNames),
  ...Object.fromEntries(processorRooms),
  gateway: {
    imports: [...upToRuntime, "shared/delivery/account-settings.ts", "shared/delivery/providers", "catalog"],
    packages: ["node:*", "fastify", "ioredis", "pg", "zod"],
  },
  "gateway/admin": {
    imports: [
      ...upToRuntime,
      "shared/state",
      "shared/control",
      "shared/delivery/providers",
      "gateway/access",
      "gateway/http",
      "gateway/openapi",
      "gateway/public/events",
      "gateway/gateway.ts",
    ],
    packages: ["fastify", "pg", "zod"],
  },
  catalog: {
    imports: ["shared/contracts", "shared/domain", "shared/control"],
    packages: ["node:*", "yaml", "zod"],
  },
  cli: {
    imports: [
      ...upToRuntime,
      "shared/state",
      "shared/delivery",
      "shared/control",
      ...Object.keys(processors).map((name) => `processors/${name}`),
      "gateway",
      "simulator",
      "stack",
    ],
    packages: ["node:*"],
  },
  simulator: {
    imports: ["shared/platform"],
    packages: ["node:*", "fastify", "node-forge", "postal-mime", "smtp-server", "undici", "zod"],
  },
  "simulator/core": { imports: [], packages: ["postal-mime"] },
  stack: { imports: ["shared/platform", "simulator/options.ts"], packages: ["node:*", "pg"] },
  tools: {
    imports: ["shared/contracts", "shared/platform", "catalog", "cli/command-settings.ts", "cli/hostable.ts"],
    packages: ["node:*", "avsc"],
  },
};

/** One import as the dependency graph has it. */
export interface Import {
  /** The importing file, from the root. */
  readonly from: string;
  /** The imported file, from the root; or a package's or Node module's name: `pg`, `node:fs`. */
  readonly to: string;
  readonly isPackage: boolean;
  readonly isTypeOnly: boolean;
}

/** The room of a file: the longest listed folder above it. Undefined for a file in none. */
export function roomOf(file: string): string | undefined {
  const above = Object.keys(rooms).filter((folder) => file.startsWith(`${folder}/`));
  return above.toSorted((a, b) => b.length - a.length)[0];
}

/** The rooms that may import a room or a file of it, the room itself and the rooms inside it left out. */
export function importersOf(folder: string): readonly string[] {
  const covers = (one: string): boolean => one.startsWith(`${folder}/`) || `${folder}/`.startsWith(`${one}/`);
  return Object.entries(rooms)
    .filter(([name, room]) => !`${name}/`.startsWith(`${folder}/`) && [name, ...room.imports].some(covers))
    .map(([name]) => name);
}

/** Every import that its room does not allow, a sentence each. */
export function forbiddenImports(imports: readonly Import[]): readonly string[] {
  return imports.flatMap((one) => {
    const name = roomOf(one.from);
    const room = name === undefined ? undefined : rooms[name];
    if (name === undefined || room === undefined) return [`${one.from} lies in no room`];
    const isAllowed = one.isPackage ? mayImportPackage(room, one) : mayImportFile(room, name, one.to);
    return isAllowed ? [] : [`${name} may not import ${one.to}: ${one.from}`];
  });
}

/**
 * Packages that a room may import and does not, and rooms without a file, a sentence each: they would hide the next hole.
 * The rooms of providers count as one, and their pure halves as another; a provider need not have one.
 */
export function unusedAllowances(imports: readonly Import[]): readonly string[] {
  const byRoom = Map.groupBy(imports, ({ from }) => sharedName(roomOf(from) ?? ""));
  const all = new Map(Object.entries(rooms).map(([name, room]) => [sharedName(name), room]));
  return [...all].flatMap(([name, { packages }]) => {
    const own = byRoom.get(name) ?? [];
    if (own.length === 0) return [`${name} imports nothing: take it out of tools/rooms.ts`];
    const used = new Set(
      own.flatMap(({ to, isPackage }) => (isPackage ? [to.startsWith("node:") ? "node:*" : to] : [])),
    );
    const unused = packages.filter((one) => !used.has(one.replace(/ \(types\)$/, "")));
    return unused.map((one) => `${name} need not import ${one}: take it out of tools/rooms.ts`);
  });
}

/** The name under which the packages of a room are counted: the providers' is one. */
function sharedName(room: string): string {
  return room.replace(new RegExp(`^${providerFolder}/[^/]+`), `${providerFolder}/*`);
}

function mayImportFile(room: Room, name: string, to: string): boolean {
  return [name, ...room.imports].some((one) => to === one || to.startsWith(`${one}/`));
}

function mayImportPackage({ packages }: Room, { to, isTypeOnly }: Import): boolean {
  if (to.startsWith("node:")) return packages.includes("node:*");
  return packages.includes(to) || (isTypeOnly && packages.includes(`${to} (types)`));
}
