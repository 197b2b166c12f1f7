import { isUtf8 } from "node:buffer";
import { UndecodableError, type UndecodableStage } from "./undecodable.ts";

/** avsc refuses longs beyond ±(2^53 - 2). */
const longMax = 9007199254740990;
/** Below -(2^52) avsc loses the sign: the zigzag number is odd and beyond 2^53, and a double rounds it to even. */
const longMin = -(2 ** 52);
const varintBytesMax = 10;
/** Below this many bytes a loop over them is faster than the call into native code. */
const nativeCheckFrom = 24;

/** A place in an Avro body, and the steps over its primitives. Each step checks before it moves; none allocates. */
export class Cursor {
  readonly bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  fail(stage: UndecodableStage): never {
    throw new UndecodableError(stage, `The body is not readable (${stage})`);
  }

  /** A zigzag varint. */
  long(): number {
    const first = this.byte();
    let raw = first & 0x7f;
    let more = first > 0x7f;
    for (let factor = 128, count = 2; more; factor *= 128, count++) {
      if (count > varintBytesMax) this.fail("long-range");
      const next = this.byte();
      raw += (next & 0x7f) * factor;
      more = next > 0x7f;
    }
    const value = first & 1 ? -(raw + 1) / 2 : raw / 2;
    return value > longMax || value < longMin ? this.fail("long-range") : value;
  }

  int(): number {
    const value = this.long();
    return value > 0x7fffffff || value < -0x80000000 ? this.fail("long-range") : value;
  }

  byte(): number {
    const value = this.bytes[this.at++];
    return value ?? this.fail("truncated");
  }

  boolean(): void {
    if (this.byte() > 1) this.fail("boolean");
  }

  /** Steps over `length` bytes. */
  skip(length: number): void {
    if (length < 0) this.fail("length");
    if (length > this.bytes.length - this.at) this.fail("truncated");
    this.at += length;
  }

  string(): void {
    const length = this.long();
    const from = this.at;
    this.skip(length);
    if (length < nativeCheckFrom && this.#isAscii(from)) return;
    if (!isUtf8(this.bytes.subarray(from, this.at))) this.fail("utf8");
  }

  #isAscii(from: number): boolean {
    for (let index = from; index < this.at; index++) if ((this.bytes[index] as number) > 0x7f) return false;
    return true;
  }

  /**
   * The number of items of one block, 0 at the end. An item has at least one byte (the schema gate admits no empty item),
   * so a count beyond the bytes that are left is false: trusting it would fill the memory before the truncation shows.
   */
  block(): number {
    let count = this.long();
    if (count < 0) {
      count = -count;
      this.long();
    }
    return count > this.bytes.length - this.at ? this.fail("truncated") : count;
  }
}
