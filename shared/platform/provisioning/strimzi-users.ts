import { stringify } from "yaml";
import type { Acl } from "../kafka/access-admin.ts";
import type { PrincipalAccess } from "./access-plan.ts";

/** How Strimzi's operator knows a user, and for which cluster it makes it. */
export interface StrimziOptions {
  /** The name of the `Kafka` resource. */
  readonly cluster: string;
  readonly authentication: "scram-sha-512" | "tls";
}

/** A plan as `KafkaUser` resources, which Strimzi's user operator makes users, passwords and rights of. */
export function strimziUsers(plan: readonly PrincipalAccess[], { cluster, authentication }: StrimziOptions): string {
  const resources = plan.map(({ name, acls }) => ({
    apiVersion: "kafka.strimzi.io/v1beta2",
    kind: "KafkaUser",
    metadata: { name, labels: { "strimzi.io/cluster": cluster } },
    spec: {
      authentication: { type: authentication },
      authorization: { type: "simple", acls: acls.map(ruleOf) },
    },
  }));
  return resources.map((resource) => `---\n${stringify(resource)}`).join("");
}

/** Strimzi's words; a right on the cluster has no name there. */
function ruleOf({ resource, pattern, name, operation }: Acl) {
  const patternType = pattern === "prefixed" ? "prefix" : "literal";
  return {
    resource: resource === "cluster" ? { type: "cluster" } : { type: resource, name, patternType },
    operations: [operation],
    host: "*",
  };
}
