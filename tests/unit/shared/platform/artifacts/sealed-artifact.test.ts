import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Content } from "#shared/domain/channel/channels.ts";
import {
  artifactOf,
  deflatedFromBytes,
  openArtifact,
  type SealedArtifact,
  sealArtifact,
} from "#shared/platform/artifacts/sealed-artifact.ts";
import { sealingKey } from "#shared/platform/crypto/envelope.ts";

const owner = { tenantId: "default", userId: "ada", msgId: "m1" };
const key = sealingKey(randomBytes(32));
const frame = JSON.stringify({ channel: "SMS", text: "" }).length;

/** A text whose JSON has so many bytes, sealed. */
function sealed(bytes: number): { readonly content: Content; readonly artifact: SealedArtifact } {
  const content: Content = { channel: "SMS", text: "a".repeat(bytes - frame) };
  return { content, artifact: sealArtifact(owner, artifactOf(owner, content), key) };
}

describe("a sealed artifact [CAN-13]", () => {
  test.each([deflatedFromBytes - 1, deflatedFromBytes])("of %d bytes is deflated only where that pays", (bytes) => {
    const { content, artifact } = sealed(bytes);
    expect(artifact).toMatchObject({ isDeflated: bytes >= deflatedFromBytes, plainBytes: bytes });
    expect(artifact.sealed.length < bytes).toBe(artifact.isDeflated);
    expect(openArtifact(owner, artifact, key)).toEqual(content);
  });

  test.each([0, 1, 2 ** 32 - 1])("opens whatever size stands beside it: %d", (plainBytes) => {
    const { content, artifact } = sealed(5_000);
    expect(openArtifact(owner, { ...artifact, plainBytes }, key)).toEqual(content);
  });

  test.each([deflatedFromBytes - 1, deflatedFromBytes])("of %d bytes opens as nothing else", (bytes) => {
    const { artifact } = sealed(bytes);
    const corrupt = "not what was stored";
    const asOther = { ...artifact, isDeflated: !artifact.isDeflated };
    expect(() => openArtifact(owner, asOther, key)).toThrow(corrupt);
    expect(() => openArtifact(owner, { ...artifact, name: sealed(bytes - 1).artifact.name }, key)).toThrow(corrupt);
    expect(() => openArtifact({ ...owner, userId: "eve" }, artifact, key)).toThrow(corrupt);
    expect(() => openArtifact(owner, artifact, sealingKey(randomBytes(32)))).toThrow(corrupt);
  });
});
