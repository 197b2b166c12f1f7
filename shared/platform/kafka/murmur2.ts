const seed = 0x9747b28c;
const mix = 0x5bd1e995;

/** The 32-bit signed murmur2 of the bytes, as Kafka's Java clients compute it. */
export function murmur2(bytes: Buffer): number {
  const whole = bytes.length & ~3;
  let hash = seed ^ bytes.length;
  for (let at = 0; at < whole; at += 4) hash = Math.imul(hash, mix) ^ scramble(bytes.readInt32LE(at));
  const rest = bytes.length - whole;
  if (rest === 3) hash ^= (bytes[whole + 2] ?? 0) << 16;
  if (rest >= 2) hash ^= (bytes[whole + 1] ?? 0) << 8;
  if (rest >= 1) hash = Math.imul(hash ^ (bytes[whole] ?? 0), mix);
  hash = Math.imul(hash ^ (hash >>> 13), mix);
  return hash ^ (hash >>> 15);
}

function scramble(word: number): number {
  const product = Math.imul(word, mix);
  return Math.imul(product ^ (product >>> 24), mix);
}
