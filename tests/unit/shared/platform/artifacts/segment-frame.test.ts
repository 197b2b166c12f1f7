import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SealedArtifact } from "#shared/platform/artifacts/sealed-artifact.ts";
import { artifactInFrame, frameOf, framesOf } from "#shared/platform/artifacts/segment-frame.ts";

function artifact(name: string, sealed: Buffer): SealedArtifact {
  return { name, isDeflated: sealed.length % 2 === 0, plainBytes: sealed.length * 3, sealed };
}

const bytesOf = (one: SealedArtifact) => Buffer.concat([...frameOf(one)]);
const three = ["t/m1/h", "t/m2/h", "ü/%2E/h"].map((name, at) => artifact(name, randomBytes(40 + at)));

describe("a frame of a segment", () => {
  test("gives back every artifact that it is made of", () => {
    const any = fc.record({ name: fc.string({ unit: "binary" }), sealed: fc.uint8Array({ maxLength: 300 }) });
    fc.assert(
      fc.property(any, ({ name, sealed }) => {
        const one = artifact(name.toWellFormed(), Buffer.from(sealed));
        expect(artifactInFrame(one.name, bytesOf(one))).toEqual(one);
      }),
    );
  });

  test("is refused under another name, cut, or with a byte more", () => {
    const [one] = three as [SealedArtifact];
    const frame = bytesOf(one);
    expect(() => artifactInFrame("t/m2/h", frame)).toThrow("not what was stored");
    expect(() => artifactInFrame(one.name, Buffer.concat([frame, Buffer.of(0)]))).toThrow("not what was stored");
    for (let length = 0; length < frame.length; length++)
      expect(() => artifactInFrame(one.name, frame.subarray(0, length))).toThrow("not what was stored");
  });

  test("is the bytes that earlier releases wrote: they lie in segments for 400 days", () => {
    const frame = bytesOf({ name: "t/m/h", isDeflated: true, plainBytes: 300, sealed: Buffer.from("sealed") });
    expect(frame.toString("hex")).toBe("43414631dae9580a000000060000012c010005742f6d2f687365616c6564");
  });
});

describe("the list of a segment's frames", () => {
  const whole = Buffer.concat(three.map(bytesOf));
  const ends = three.map((_, at) => Buffer.concat(three.slice(0, at + 1).map(bytesOf)).length);

  test("has each with its place and its name", () => {
    expect([...framesOf(whole)].map(({ offset, length, artifact: one }) => [offset + length, one])).toEqual(
      three.map((one, at) => [ends[at], one]),
    );
  });

  test("ends before what was cut, at every byte", () => {
    for (let length = 0; length < whole.length; length++) {
      const listed = [...framesOf(whole.subarray(0, length))];
      expect(listed).toHaveLength(ends.filter((end) => end <= length).length);
    }
  });

  test("ends before what was changed, at every byte", () => {
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed.writeUInt8(whole.readUInt8(at) ^ 1, at);
      expect([...framesOf(changed)]).toHaveLength(ends.filter((end) => end <= at).length);
    }
  });
});
