/** Whether a text has more bytes in UTF-8. A UTF-16 unit takes at most three, so most texts need no counting. */
export function isLonger(text: string, bytesMax: number): boolean {
  if (text.length > bytesMax) return true;
  return text.length * 3 > bytesMax && Buffer.byteLength(text) > bytesMax;
}
