import type { MailboxContent } from "../core/call.ts";

const boundary = "=_part_of_the_double";

/** A mail as a file that mail programs open: its own bytes if it came as such, else composed of its parts as SES does. */
export function emlOf({ headers, content }: Extract<MailboxContent, { kind: "mail" }>): Uint8Array {
  if ("raw" in content) return content.raw;
  const parts = [
    ...(content.text === undefined ? [] : [partOf("text/plain", content.text)]),
    ...(content.html === undefined ? [] : [partOf("text/html", content.html)]),
  ];
  const lines = [
    ...headers.map(({ name, value }) => folded(`${name}: ${value}`)),
    "MIME-Version: 1.0",
    `Content-Type: multipart/alternative; boundary="${boundary}"`,
    "",
    ...parts.flatMap((part) => [`--${boundary}`, part]),
    `--${boundary}--`,
    "",
  ];
  return Buffer.from(lines.join("\r\n"));
}

function partOf(type: string, text: string): string {
  const data = Buffer.from(text).toString("base64").replace(/.{76}/g, "$&\r\n");
  return `Content-Type: ${type}; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${data}`;
}

/** Breaks a header at blanks, so that its lines have 76 characters where they can. */
function folded(header: string): string {
  const lines: string[] = [];
  for (const word of header.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 76) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join("\r\n ");
}
