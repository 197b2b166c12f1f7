import { describe, expect, it } from "vitest";
import { hostableServers, hostableSettings, hostableStages, isServerName } from "#cli/hostable.ts";
import { stages } from "#shared/contracts/topics.ts";
import { readConfig } from "#shared/platform/config/environment.ts";
import { minimalEnvironment } from "#tests/support/minimal-environment.ts";
import { declaredClients } from "#tests/support/stage-clients.ts";

type Name = keyof typeof minimalEnvironment;

const kafka: readonly Name[] = ["COMMS_BOOTSTRAP_SERVERS", "COMMS_SCHEMA_REGISTRY_URL"];
const sender: readonly Name[] = [
  ...kafka,
  "COMMS_REDIS_URL",
  "COMMS_POSTGRES_URL",
  "COMMS_ARTIFACTS_URL",
  "COMMS_MASTER_KEY",
];
const hashes: readonly Name[] = ["COMMS_ADDRESS_PEPPER", "COMMS_ADDRESS_PEPPER_ID"];
const links: readonly Name[] = ["COMMS_UNSUBSCRIBE_SECRET", "COMMS_GATEWAY_PUBLIC_URL"];

/** The settings that each must be given, and none that only another needs. */
const required: Readonly<Record<string, readonly Name[]>> = {
  intake: kafka,
  router: [...kafka, "COMMS_REDIS_URL", ...hashes],
  renderer: [...kafka, "COMMS_POSTGRES_URL", "COMMS_ARTIFACTS_URL", "COMMS_MASTER_KEY"],
  "email-sender": [...sender, ...hashes, ...links, "COMMS_MAIL_DOMAIN", "COMMS_MARKETING_DOMAIN"],
  "push-sender": [...sender, "COMMS_FCM_PROJECT", "COMMS_FCM_CLIENT_EMAIL", "COMMS_FCM_PRIVATE_KEY"],
  "sms-sender": [
    ...sender,
    ...hashes,
    "COMMS_GATEWAY_PUBLIC_URL",
    "COMMS_TWILIO_ACCOUNT_SID",
    "COMMS_TWILIO_AUTH_TOKEN",
    "COMMS_TWILIO_FROM",
  ],
  "inapp-sender": sender,
  feedback: [...kafka, "COMMS_POSTGRES_URL", "COMMS_REDIS_URL", ...hashes],
  digest: [...kafka, "COMMS_POSTGRES_URL"],
  scheduler: [...kafka, "COMMS_POSTGRES_URL"],
  materializer: [...kafka, "COMMS_REDIS_URL"],
  projector: [...kafka, "COMMS_POSTGRES_URL"],
  gateway: [
    ...kafka,
    "COMMS_POSTGRES_URL",
    "COMMS_REDIS_URL",
    ...links,
    "COMMS_API_KEY_PEPPER",
    "COMMS_SNS_TOPIC_ARNS",
    "COMMS_TWILIO_AUTH_TOKEN",
  ],
  admin: [...kafka, "COMMS_POSTGRES_URL", "COMMS_REDIS_URL", ...hashes, "COMMS_API_KEY_PEPPER"],
};

function environmentOf(names: readonly Name[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, minimalEnvironment[name]]));
}

describe("the configuration of what is hosted", () => {
  it("is known of every stage, the gateway and the admin API", () => {
    expect(Object.keys(hostableSettings)).toEqual([...stages, "gateway", "admin"]);
    expect(Object.keys(required)).toEqual([...stages, "gateway", "admin"]);
  });

  describe.each(Object.entries(required))("%s", (name, names) => {
    const settings = hostableSettings[name] as (typeof hostableSettings)[string];

    it("needs its own settings and no others", () => {
      expect(readConfig(settings, environmentOf(names), "/nowhere")).toMatchObject({ COMMS_SHUTDOWN_SECONDS: 20 });
      const declared = settings.descriptions.filter(({ isRequired }) => isRequired).map((one) => one.name);
      expect(declared.toSorted()).toEqual(names.toSorted());
    });

    it.each(names)("does not start without %s", (missing) => {
      const env = environmentOf(names.filter((one) => one !== missing));
      expect(() => readConfig(settings, env, "/nowhere")).toThrow(new RegExp(`\\n {2}${missing}: is not set\\n`));
    });

    it("is assembled from the clients whose settings it declares, and from no other", async () => {
      const declared = new Set(settings.descriptions.map((one) => one.name));
      const config = readConfig(settings, environmentOf(names), "/nowhere");
      const { platform, unused } = declaredClients(declared);
      const hosted = isServerName(name) ? hostableServers[name] : hostableStages[name as (typeof stages)[number]];
      expect(await hosted.assemble(platform, config)).toBeDefined();
      // The host itself takes the log and the codec of every stage.
      expect(unused().filter((setting) => setting !== "COMMS_BOOTSTRAP_SERVERS")).toEqual([]);
    });
  });
});
