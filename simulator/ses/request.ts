import { z } from "zod";
import type { MailContent } from "../core/call.ts";
import { bareAddresses, headerOf, type MailHeader, readHeaders } from "../core/mail.ts";
import { type SimpleMail, simpleMail, simpleProblem } from "./simple.ts";

const addresses = z.array(z.string()).default([]);
const tags = z.array(z.object({ Name: z.string(), Value: z.string() })).default([]);

/** The part of SendEmail that is doubled. Fields that are not named here are taken and ignored. */
const sendEmail = z.object({
  FromEmailAddress: z.string().optional(),
  Destination: z
    .object({ ToAddresses: addresses, CcAddresses: addresses, BccAddresses: addresses })
    .default({ ToAddresses: [], CcAddresses: [], BccAddresses: [] }),
  ReplyToAddresses: addresses,
  EmailTags: tags,
  ConfigurationSetName: z.string().optional(),
  Content: z.object({
    Raw: z.object({ Data: z.string() }).optional(),
    Simple: simpleMail.optional(),
  }),
});
type SendEmail = z.infer<typeof sendEmail>;

/** A mail of SendEmail, with raw or simple content. */
export interface Mail {
  readonly from: string;
  /** Bare addresses: To, then Cc, then Bcc. */
  readonly recipients: readonly string[];
  readonly headers: readonly MailHeader[];
  readonly tags: readonly { readonly Name: string; readonly Value: string }[];
  readonly configurationSet: string | undefined;
  readonly content: MailContent;
}

/** Reads the body of SendEmail. Returns the problem that SES would report if it cannot be read. */
export async function readMail(body: Uint8Array): Promise<Mail | { readonly problem: string }> {
  const parsed = sendEmail.safeParse(parseJson(body));
  if (!parsed.success) return { problem: z.prettifyError(parsed.error) };
  const request = parsed.data;
  if (request.Content.Raw) return readRaw(request, Buffer.from(request.Content.Raw.Data, "base64"));
  if (request.Content.Simple) return readSimple(request, request.Content.Simple);
  return { problem: "Content must hold Raw or Simple; templates are not doubled" };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8"));
  } catch {
    return undefined;
  }
}

async function readRaw(request: SendEmail, raw: Uint8Array): Promise<Mail> {
  const headers = await readHeaders(raw);
  const named = destinationOf(request);
  const recipients =
    named.length > 0 ? named : ["To", "Cc", "Bcc"].flatMap((name) => bareAddresses(headerOf(headers, name)));
  return { ...common(request, headerOf(headers, "From")), recipients, headers, content: { raw } };
}

function readSimple(request: SendEmail, simple: SimpleMail): Mail | { readonly problem: string } {
  const problem = simpleProblem(request.FromEmailAddress ?? "", simple);
  if (problem !== undefined) return { problem };
  const { Text, Html } = simple.Body;
  const content = { ...(Text && { text: Text.Data }), ...(Html && { html: Html.Data }) };
  return { ...common(request), recipients: destinationOf(request), headers: composed(request, simple), content };
}

function common(request: SendEmail, from = ""): Pick<Mail, "from" | "tags" | "configurationSet"> {
  return {
    from: request.FromEmailAddress ?? from,
    tags: request.EmailTags,
    configurationSet: request.ConfigurationSetName,
  };
}

/** The headers that SES would write itself for a simple message. */
function composed(request: SendEmail, simple: SimpleMail): readonly MailHeader[] {
  const { ToAddresses, CcAddresses } = request.Destination;
  return [
    { name: "From", value: request.FromEmailAddress ?? "" },
    { name: "To", value: ToAddresses.join(", ") },
    ...(CcAddresses.length > 0 ? [{ name: "Cc", value: CcAddresses.join(", ") }] : []),
    ...(request.ReplyToAddresses.length > 0 ? [{ name: "Reply-To", value: request.ReplyToAddresses.join(", ") }] : []),
    { name: "Subject", value: simple.Subject.Data },
    ...simple.Headers.map(({ Name, Value }) => ({ name: Name, value: Value })),
  ];
}

function destinationOf({ Destination: { ToAddresses, CcAddresses, BccAddresses } }: SendEmail): readonly string[] {
  return [...ToAddresses, ...CcAddresses, ...BccAddresses].map((entry) => bareAddresses(entry)[0] ?? entry);
}
