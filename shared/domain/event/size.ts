/** Whether a text has more bytes in UTF-8. No UTF-16 unit takes more than three of them, so most texts need no counting. */
export function isLonger(text: string, bytesMax: number): boolean {
  if (text.length > bytesMax) return true;
  return text.length * 3 > bytesMax && new TextEncoder().encode(text).length > bytesMax;
}
