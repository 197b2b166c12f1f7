import { expect, test } from "vitest";
import { sha256 } from "#shared/platform/crypto/digest.ts";

test.each(["abc", Buffer.from("abc")])("of %j is the standard's example, as digits", (data) => {
  expect(sha256(data)).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
