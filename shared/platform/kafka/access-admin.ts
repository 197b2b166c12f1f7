import type { AclEntry } from "kafkajs";
import { systemClock } from "../clock/clock.ts";
import { within } from "./deadline.ts";
import { unavailable } from "./failure.ts";
import { type ConnectionOptions, createKafkajsClient, openCluster } from "./kafkajs-client.ts";
import { toAppError } from "./kafkajs-failure.ts";
import { type Broker, kafkajs } from "./kafkajs-internals.ts";
import { scramUsers, setScramPassword } from "./kafkajs-scram.ts";

/** One right of one principal, in Kafka's own words; from any host. */
export interface Acl {
  /** `User:comms-router`. */
  readonly principal: string;
  readonly resource: "topic" | "group" | "cluster" | "transactional_id" | "delegation_token";
  readonly pattern: "literal" | "prefixed";
  readonly name: string;
  /** `Read`, `Write`, `Describe`, … as Kafka's own tool writes it. */
  readonly operation: string;
}

/** Users and rights in Kafka. Each call rejects with the log's errors, `KAFKA_UNAVAILABLE` (retryable) after ten seconds. */
export interface AccessAdmin {
  /** Every right that is granted to one of the principals: `User:comms-router`. */
  acls(principals: readonly string[]): Promise<readonly Acl[]>;
  grant(acls: readonly Acl[]): Promise<void>;
  withdraw(acls: readonly Acl[]): Promise<void>;
  /** Those of the users that have a password for SCRAM-SHA-512. */
  users(names: readonly string[]): Promise<ReadonlySet<string>>;
  /** Makes the user, or gives it another password. Connections that are open stay so until they authenticate again. */
  setPassword(user: string, password: string): Promise<void>;
  close(): Promise<void>;
}

const deadlineMs = 10_000;
const { AclResourceTypes, AclOperationTypes, AclPermissionTypes, ResourcePatternTypes } = kafkajs;

/** Kafka's own words for operations, as its tool writes them: `DescribeConfigs` of `DESCRIBE_CONFIGS`. */
const operationKeys = new Map(
  (Object.keys(AclOperationTypes) as (keyof typeof AclOperationTypes)[]).map((key) => [
    key.toLowerCase().replace(/(^|_)(\w)/g, (_all, _dash: string, letter: string) => letter.toUpperCase()),
    key,
  ]),
);
const operationNames = new Map(
  [...operationKeys].map(([name, key]): readonly [number, string] => [AclOperationTypes[key], name]),
);
const patternNames = new Map(Object.entries(ResourcePatternTypes).map(([name, number]) => [Number(number), name]));
const resourceNames = new Map(
  Object.entries(AclResourceTypes).map(([name, number]) => [Number(number), name.toLowerCase()]),
);

/** The admin on real brokers. Connects when it is first used; the client must be allowed to alter the cluster. */
export function createAccessAdmin(options: ConnectionOptions): AccessAdmin {
  const client = createKafkajsClient(options);
  const api = client.kafka.admin({ retry: { retries: 2 } });
  const cluster = openCluster(client);
  const ask = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      const answered = work().then((value) => ({ value }));
      const answer = await within(systemClock, deadlineMs, client.unlessRefused(answered));
      if (typeof answer === "symbol") throw client.failure() ?? unavailable(what);
      return answer.value;
    } catch (error) {
      throw toAppError(what, "", error);
    }
  };
  const withBroker = <T>(what: string, work: (broker: Broker) => Promise<T>): Promise<T> =>
    ask(what, async () => {
      await cluster.connect();
      await cluster.refreshMetadata();
      return work(await cluster.findControllerBroker());
    });
  return {
    acls: (principals) =>
      ask("Looking up rights", async () => {
        await api.connect();
        return (await Promise.all(principals.map((principal) => api.describeAcls(filterOf(principal))))).flatMap(
          ({ resources }) => resources.flatMap((resource) => resource.acls.map((acl) => toAcl(resource, acl))),
        );
      }),
    grant: (acls) =>
      ask("Granting rights", async () => {
        if (acls.length === 0) return;
        await api.connect();
        await api.createAcls({ acl: acls.map(toEntry) });
      }),
    withdraw: (acls) =>
      ask("Withdrawing rights", async () => {
        if (acls.length === 0) return;
        await api.connect();
        await api.deleteAcls({ filters: acls.map(toEntry) });
      }),
    users: (names) => withBroker("Looking up users", (broker) => scramUsers(broker, names)),
    setPassword: (user, password) =>
      withBroker("Setting a password", (broker) => setScramPassword(broker, user, password)),
    close: async () => {
      await within(systemClock, 500, Promise.all([api.disconnect(), cluster.disconnect()]));
      client.end();
    },
  };
}

/** Everything that is granted to a principal. */
function filterOf(principal: string) {
  return {
    principal,
    resourceType: AclResourceTypes.ANY,
    resourcePatternType: ResourcePatternTypes.ANY,
    operation: AclOperationTypes.ANY,
    permissionType: AclPermissionTypes.ALLOW,
  };
}

interface Resource {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly resourcePatternType: number;
}

function toAcl(resource: Resource, acl: { readonly principal: string; readonly operation: number }): Acl {
  return {
    principal: acl.principal,
    resource: (resourceNames.get(resource.resourceType) ?? String(resource.resourceType)) as Acl["resource"],
    pattern: patternNames.get(resource.resourcePatternType) === "PREFIXED" ? "prefixed" : "literal",
    name: resource.resourceName,
    operation: operationNames.get(acl.operation) ?? String(acl.operation),
  };
}

function toEntry({ principal, resource, pattern, name, operation }: Acl): AclEntry {
  return {
    principal,
    host: "*",
    resourceType: AclResourceTypes[resource.toUpperCase() as keyof typeof AclResourceTypes],
    resourceName: name,
    resourcePatternType: pattern === "prefixed" ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
    operation: AclOperationTypes[operationKeys.get(operation) ?? "UNKNOWN"],
    permissionType: AclPermissionTypes.ALLOW,
  };
}
