const blockBytes = 64;
/** After the text comes one byte that marks its end, and at the end of the last block the text's length in eight bytes. */
const tailBytes = 9;

const words = new Int32Array(80);
const initial = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
const state = new Int32Array(5);

/** How many bytes the buffer of `sha1` must have for a text of so many. */
export function paddedLength(textBytes: number): number {
  return Math.ceil((textBytes + tailBytes) / blockBytes) * blockBytes;
}

/**
 * SHA-1 (FIPS 180-4) of the first bytes of a buffer, as five words of 32 bits. The padding is written behind them; the next call
 * overwrites the words. For names, never for secrets: two texts with one SHA-1 can be made on purpose. It stands here because ids
 * are derived in the pure room, which may not import Node's hash, and this is as fast.
 */
export function sha1(buffer: Uint8Array, textBytes: number): Readonly<Int32Array> {
  const length = paddedLength(textBytes);
  buffer.fill(0, textBytes, length);
  buffer[textBytes] = 0x80;
  // A text has less than 2 ** 29 bytes, so its length in bits fits the last four.
  for (let at = 1, bits = textBytes * 8; at <= 4; at += 1, bits >>>= 8) buffer[length - at] = bits;
  state.set(initial);
  for (let at = 0; at < length; at += blockBytes) addBlock(buffer, at);
  return state;
}

/** The compression function, section 6.1.2. Its four parts differ in how they mix b, c and d, and in their constant. */
function addBlock(buffer: Uint8Array, start: number): void {
  expand(buffer, start);
  // By index: taking the array apart would go through its iterator, which takes longer than the block.
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  let e = state[4] as number;
  for (let t = 0; t < 80; t += 1) {
    let mixed: number;
    if (t < 20) mixed = ((b & c) | (~b & d)) + 0x5a827999;
    else if (t < 40) mixed = (b ^ c ^ d) + 0x6ed9eba1;
    else if (t < 60) mixed = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
    else mixed = (b ^ c ^ d) + 0xca62c1d6;
    const next = (((a << 5) | (a >>> 27)) + mixed + e + (words[t] as number)) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
  state[4] = (state[4] as number) + e;
}

/** The message schedule: the block's sixteen words, and 64 made of those before. */
function expand(buffer: Uint8Array, start: number): void {
  for (let t = 0; t < 16; t += 1) {
    const at = start + t * 4;
    words[t] =
      ((buffer[at] as number) << 24) |
      ((buffer[at + 1] as number) << 16) |
      ((buffer[at + 2] as number) << 8) |
      (buffer[at + 3] as number);
  }
  for (let t = 16; t < 80; t += 1) {
    const mixed =
      (words[t - 3] as number) ^ (words[t - 8] as number) ^ (words[t - 14] as number) ^ (words[t - 16] as number);
    words[t] = (mixed << 1) | (mixed >>> 31);
  }
}
