import { expect, test } from "vitest";
import { refuseCluster } from "#shared/platform/redis/refuse-cluster.ts";

const saying = (info: () => Promise<string>) => ({ info }) as unknown as Parameters<typeof refuseCluster>[0];

test("a node of a cluster is refused, with what to do", async () => {
  const cluster = saying(async () => "# Server\r\nredis_version:7.0.15\r\nredis_mode:cluster\r\n");
  await expect(refuseCluster(cluster)).rejects.toMatchObject({
    code: "REDIS_CLUSTER",
    retryable: false,
    message: expect.stringContaining("name a single server"),
  });
});

test.each([
  ["a single server", async () => "redis_mode:standalone\r\n"],
  ["a server that a sentinel looks after", async () => "redis_mode:sentinel\r\n"],
  ["one that does not answer", () => Promise.reject(new Error("Connection is closed."))],
])("%s is taken", async (_, info) => {
  await refuseCluster(saying(info));
});
