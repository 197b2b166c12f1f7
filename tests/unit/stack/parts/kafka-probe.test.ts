import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { kafkaReady, liveBrokers, metadataRequest } from "#stack/parts/kafka-probe.ts";

/** A framed Metadata response as far as the probe reads it: length, correlation id, number of brokers. */
function response(brokers: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeInt32BE(8, 0);
  bytes.writeInt32BE(1, 4);
  bytes.writeInt32BE(brokers, 8);
  return bytes;
}

async function answering(answer: Buffer | undefined): Promise<boolean> {
  const server = createServer((socket) => {
    socket.once("data", () => (answer === undefined ? socket.destroy() : socket.write(answer)));
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  const ready = await kafkaReady(port, 2_000);
  await new Promise((resolve) => server.close(resolve));
  return ready;
}

describe("whether Kafka is ready", () => {
  it("asks in the protocol's frame", () => {
    expect(metadataRequest("ab").toString("hex")).toBe("0000001000030001000000010002616200000000");
  });

  it("waits for a whole answer", () => {
    expect(liveBrokers(response(1).subarray(0, 11))).toBeUndefined();
    expect(liveBrokers(response(1))).toBe(1);
  });

  it("is not while the broker knows of none, nor while it hangs up, nor while nobody listens", async () => {
    expect(await answering(response(1))).toBe(true);
    expect(await answering(response(0))).toBe(false);
    expect(await answering(undefined)).toBe(false);
    expect(await kafkaReady(1, 500)).toBe(false);
  });
});
