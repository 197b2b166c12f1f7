import { createHash, createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { NodeSha256 } from "#shared/delivery/providers/ses/node-sha256.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

async function digestOf(chunks: readonly string[], ...secret: ConstructorParameters<typeof NodeSha256>) {
  const sha = new NodeSha256(...secret);
  for (const chunk of chunks) sha.update(bytes(chunk));
  return Buffer.from(await sha.digest()).toString("hex");
}

describe("SHA-256 for the SDK's signer", () => {
  test.each([[[]], [["a"]], [["a", "bc", "ü"]]])("hashes %j in one piece", async (chunks) => {
    expect(await digestOf(chunks)).toBe(createHash("sha256").update(chunks.join("")).digest("hex"));
  });

  const padded = bytes("--secret--");
  test.each([
    ["text", "secret"],
    ["bytes", bytes("secret")],
    ["bytes in the middle of others", padded.subarray(2, 8)],
    ["a view", new DataView(padded.buffer, 2, 6)],
    ["a buffer", bytes("secret").slice().buffer],
  ])("makes an HMAC by a secret in %s, each time again", async (_, secret) => {
    const expected = createHmac("sha256", "secret").update("abc").digest("hex");
    for (let time = 0; time < 2; time++) expect(await digestOf(["a", "bc"], secret)).toBe(expected);
  });

  test("begins afresh after a reset", async () => {
    const sha = new NodeSha256();
    sha.update(bytes("a"));
    sha.reset();
    expect(Buffer.from(await sha.digest()).toString("hex")).toBe(createHash("sha256").digest("hex"));
  });
});
