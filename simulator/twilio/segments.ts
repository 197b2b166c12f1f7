const basic =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const extended = "\f^{}\\[~]|€";

/** The number of segments that a text takes: GSM 03.38 if it can be encoded so, else UCS-2 (3GPP TS 23.038). */
export function segments(text: string): number {
  const septets = countSeptets(text);
  if (septets === undefined) return parts(text.length, 70, 67);
  return parts(septets, 160, 153);
}

function countSeptets(text: string): number | undefined {
  let count = 0;
  for (const character of text) {
    if (basic.includes(character)) count += 1;
    else if (extended.includes(character)) count += 2;
    else return undefined;
  }
  return count;
}

function parts(units: number, single: number, each: number): number {
  return units <= single ? 1 : Math.ceil(units / each);
}
