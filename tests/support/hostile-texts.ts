/** Texts that a person types into a name or a title, each an instruction to some layer behind. */
export interface HostileText {
  readonly name: string;
  readonly typed: string;
  /** As everybody is to see it, where that is not as it was typed: on one line, in its own direction. */
  readonly shown?: string;
}

/** Each names the layer that would obey it. */
export const hostileTexts: readonly HostileText[] = [
  { name: "an encoded word", typed: "Walk =?utf-8?Q?Your_account_is_closed?= today" },
  { name: "an encoded word in base64", typed: "=?UTF-8?B?WW91ciBhY2NvdW50IGlzIGNsb3NlZA==?=" },
  { name: "an encoded word among other letters", typed: "Spaziergang für =?utf-8?q?Ihr_Konto?= Gäste" },
  { name: "half an encoded word", typed: "What =? and why ?= so" },
  { name: "a header", typed: "Walk\r\nBcc: eve@example.com", shown: "Walk Bcc: eve@example.com" },
  {
    name: "a header behind a line separator",
    typed: "Walk\u2028Bcc: eve@example.com",
    shown: "Walk Bcc: eve@example.com",
  },
  {
    name: "lines of its own",
    typed: "Walk\n\nTotal: $0.00\nPay here:\nhttps://pay.example.net",
    shown: "Walk Total: $0.00 Pay here: https://pay.example.net",
  },
  { name: "the end of a mail", typed: "Walk\r\n.\r\nQUIT", shown: "Walk . QUIT" },
  { name: "a control character", typed: "Walk\u001b[2J\u0007today", shown: "Walk [2J today" },
  { name: "another direction", typed: "Walk \u202ednuor\u202c and \u2066about", shown: "Walk dnuor and about" },
  { name: "HTML", typed: "<b>Walk</b><script>alert(1)</script><!-- -->" },
  { name: "an attribute's end", typed: `"><img src=x onerror='alert(1)'>` },
  { name: "HTML that is escaped already", typed: "&lt;b&gt; &amp; &#x41;" },
  { name: "template syntax", typed: "{{ booking_id }}{% assign booking_id = 1 %}{% raw %}" },
  { name: "a layout's slot", typed: "[[title]] [[body]] # ##" },
  { name: "replacement patterns", typed: "$& $1 $` $' %s %d \\n \\u0041" },
  { name: "JSON", typed: `x","collapse_key":"y"},{"a":1` },
  { name: "a path", typed: "../../settings/../%2e%2e/x\\y" },
  { name: "the rest of a URL", typed: "a/b?next=https://evil.example#c&d=e;f" },
  { name: "a formula", typed: `=HYPERLINK("https://evil.example","Walk")` },
  { name: "another formula", typed: "+1+cmd|' /C calc'!A0" },
  { name: "a command", typed: "$(id) `id`; id | id" },
  { name: "SQL", typed: "'; drop table comms_message; --" },
  { name: "a keyword of the carrier", typed: "STOP" },
  { name: "a name of JavaScript's", typed: "__proto__" },
  { name: "a key of Redis", typed: "default/u2:*?[a]" },
];

/** A text as it is to be read. */
export function shownText({ typed, shown = typed }: HostileText): string {
  return shown;
}
