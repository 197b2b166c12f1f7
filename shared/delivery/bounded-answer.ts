import { Readable } from "node:stream";

/** The most bytes of an answer that are read: those of every provider have a few KiB. */
export const answerBytesMax = 64 * 1024;

/**
 * The beginning of an answer's body, `answerBytesMax` at most; then its connection is closed. What is cut off is no JSON any
 * more, so a flood counts as an answer that cannot be read. Errors of the body pass.
 */
export function boundedBody(body: Readable): Readable {
  return Readable.from(beginningOf(body));
}

/** The same as text. */
export async function boundedText(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of beginningOf(body)) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

/** Leaving the loop early destroys the body. */
async function* beginningOf(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let left = answerBytesMax;
  for await (const chunk of body) {
    yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}
