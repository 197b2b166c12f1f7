import { z } from "zod";

const part = z.object({ Data: z.string(), Charset: z.string().optional() });

/** A mail of SendEmail that SES composes itself, from its parts and headers. */
export const simpleMail = z.object({
  Subject: part,
  Body: z.object({ Text: part.optional(), Html: part.optional() }),
  Headers: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
});
export type SimpleMail = z.infer<typeof simpleMail>;

const headersMax = 15;
const headerName = /^[!-9;-@A-~]{1,126}$/;
/** The API's reference has 870 characters, its SDK 995: the double holds to the less. */
const headerValue = /^[ -~]{1,870}$/;
/** Headers that SES writes itself. */
const reserved: ReadonlySet<string> = new Set(
  "bcc cc content-disposition content-type date from message-id mime-version reply-to return-path subject to".split(
    " ",
  ),
);
const ascii = /^[ -~]*$/;
const asciiLines = /^[ -~\t\r\n]*$/;

/** What SES refuses of a mail that it composes itself; undefined for one that it takes. */
export function simpleProblem(from: string, { Subject, Body, Headers }: SimpleMail): string | undefined {
  if (!ascii.test(from)) return "FromEmailAddress contains characters outside printable ASCII";
  if (!ascii.test(Subject.Data)) return "Subject contains characters outside printable ASCII";
  const parts = [Body.Text, Body.Html].filter((one) => one !== undefined);
  if (parts.length === 0) return "The message body is empty";
  if (parts.some(({ Data, Charset }) => Charset === undefined && !asciiLines.test(Data)))
    return "Body contains characters outside ASCII, and names no charset";
  return headersProblem(Headers);
}

function headersProblem(headers: SimpleMail["Headers"]): string | undefined {
  if (headers.length > headersMax) return `Headers has ${headers.length} entries, more than ${headersMax}`;
  if (headers.some(({ Name }) => !headerName.test(Name))) return "Invalid header name.";
  const bad = headers.find(({ Value }) => !headerValue.test(Value));
  if (bad) return `Invalid value of header '${bad.Name}'.`;
  const names = headers.map(({ Name }) => Name.toLowerCase());
  const taken = names.find((name) => reserved.has(name));
  if (taken !== undefined) return `Header '${taken}' may not be set.`;
  const twice = names.find((name, index) => names.indexOf(name) !== index && !name.startsWith("x-"));
  return twice === undefined ? undefined : `Duplicate header '${twice}'.`;
}
