/**
 * The enhanced status codes that say that a mailbox does not exist (RFC 3463: 5.1.1, 5.1.6; RFC 7505: 5.1.10). Only these
 * suppress an address, whichever way the mail went: every other code may be about us, the mail, the server or the day.
 */
export const deadMailboxCodes: readonly string[] = ["5.1.1", "5.1.6", "5.1.10"];

/** Lists, checks and rules that meet whoever sends, and not who receives. */
const blame = [
  /(?:block|black|deny|reject)(?:ed)?[ -]?list|spamhaus|barracuda|spamcop|sorbs|proofpoint/i,
  /\b(?:rbl|dnsbl|spf|dkim|dmarc|rdns|ptr)\b|reputation|unauthenticated|reverse dns|\bspam\b/i,
  /\bblocked (?:using|by|due|because|for)\b|rejected (?:by|due to|for) policy|policy (?:reason|violation|rejection)/i,
  /\bsender(?:'s)?(?: e-?mail)?(?: address| domain)? (?:is |was )?(?:denied|rejected|refused|blocked|not allowed|unknown|verify failed)/i,
  /\brelay(?:ing)? (?:access )?(?:is )?(?:denied|not|prohibited)|unable to relay|client host (?:rejected|blocked)/i,
];

/**
 * Whether the words of a server's reply say that it refuses whoever sends. They count before its code: servers give any code
 * beside them, those of a dead mailbox too. A word with an address in it says nothing: a mailbox may be called `spam`.
 */
export function blamesSender(text: string): boolean {
  const words = text.split(/\s+/).filter((word) => !word.includes("@"));
  const said = words.join(" ");
  return blame.some((form) => form.test(said));
}
