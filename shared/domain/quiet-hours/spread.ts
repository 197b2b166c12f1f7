/** The most that a release is delayed, so that not all messages go out at the end of the night (decision 1): ten minutes. */
export const spreadMsMax = 10 * 60_000;

/**
 * How long after the end of quiet hours a person's messages are released, ms in [0, `spreadMsMax`]. The value is the same
 * for a person each day, and even over people. FNV-1a, 32 bits, over UTF-16 units: any even, stable hash serves.
 */
export function spreadOf(userId: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < userId.length; i++) hash = Math.imul(hash ^ userId.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % (spreadMsMax + 1);
}
