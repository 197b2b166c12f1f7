import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { normaliseSes } from "#shared/delivery/providers/ses/core/normalise.ts";
import type { ParsedWebhook } from "#shared/domain/feedback/parsed-webhook.ts";
import { ses } from "../bench.ts";

const golden = (dialect: string, name: string) =>
  readFileSync(new URL(`../../../../../../golden/webhooks/ses/${dialect}/${name}.json`, import.meta.url), "utf8");

/** The message in an envelope, as the gateway writes it. */
const inner = (envelope: string) => (JSON.parse(envelope) as { readonly Message: string }).Message;

type Row = readonly [file: string, status: string, code: string, reason?: string | undefined, suppress?: string];

const bothDialects: readonly Row[] = [
  ["bounce-permanent-general", "BOUNCED", "Permanent/General", "COMMS_INVALID_ADDRESS", "hard_bounce"],
  ["bounce-permanent-noemail", "BOUNCED", "Permanent/NoEmail", "COMMS_INVALID_ADDRESS", "hard_bounce"],
  ["bounce-permanent-suppressed", "BOUNCED", "Permanent/Suppressed", "COMMS_SUPPRESSED", "hard_bounce"],
  [
    "bounce-permanent-onaccountsuppressionlist",
    "BOUNCED",
    "Permanent/OnAccountSuppressionList",
    "COMMS_SUPPRESSED",
    "hard_bounce",
  ],
  [
    "bounce-permanent-unsubscribedrecipient",
    "BOUNCED",
    "Permanent/UnsubscribedRecipient",
    "COMMS_SUPPRESSED",
    "unsubscribe",
  ],
  ["bounce-transient-general", "FAILED", "Transient/General", "COMMS_PROVIDER_REJECTED"],
  ["bounce-transient-mailboxfull", "FAILED", "Transient/MailboxFull", "COMMS_PROVIDER_REJECTED"],
  ["bounce-transient-customtimeoutexceeded", "FAILED", "Transient/CustomTimeoutExceeded", "COMMS_PROVIDER_REJECTED"],
  ["bounce-transient-messagetoolarge", "FAILED", "Transient/MessageTooLarge", "COMMS_PROVIDER_REJECTED"],
  ["bounce-transient-contentrejected", "FAILED", "Transient/ContentRejected", "COMMS_PROVIDER_REJECTED"],
  ["bounce-transient-attachmentrejected", "FAILED", "Transient/AttachmentRejected", "COMMS_PROVIDER_REJECTED"],
  ["bounce-undetermined-undetermined", "FAILED", "Undetermined/Undetermined", "COMMS_PROVIDER_REJECTED"],
  ["complaint-abuse", "COMPLAINED", "Complaint/abuse", undefined, "complaint"],
  ["complaint-unspecified", "COMPLAINED", "Complaint/unspecified", undefined, "complaint"],
  ["complaint-not-spam", "DELIVERED", "Complaint/not-spam"],
];

describe.each(["event", "notification"])("SES, in the dialect of an %s [EML-04]", (dialect) => {
  it.for(bothDialects)("%s: %s", ([file, status, code, reason, suppress]) => {
    const webhook = normaliseSes(golden(dialect, file));
    expect(webhook).toMatchObject({
      kind: "parsed",
      channel: "EMAIL",
      msgId: "m-1",
      providerRef: "0100019b8c0-ses-1",
      reports: [{ status, code, address: "anna@example.com" }],
    });
    const [report] = (webhook as ParsedWebhook).reports;
    expect([report?.reason, report?.suppress, (webhook as ParsedWebhook).unknown]).toEqual([
      reason,
      suppress,
      undefined,
    ]);
  });

  it.for(bothDialects)("%s is read alike bare, and in the envelope that earlier versions wrote", ([file]) => {
    const envelope = golden(dialect, file);
    const read = normaliseSes(envelope);
    expect(read.kind).toBe("parsed");
    expect(normaliseSes(inner(envelope))).toEqual(read);
  });

  it("says that a mail was delivered", () => {
    expect(normaliseSes(golden(dialect, "delivery"))).toMatchObject({
      msgId: "m-1",
      reports: [{ status: "DELIVERED", code: "Delivery", address: null }],
    });
  });

  it("keeps the mail server's text, which holds the address, out of our description", () => {
    const webhook = normaliseSes(golden(dialect, "bounce-permanent-general")) as ParsedWebhook;
    expect(webhook.reports.map(({ description, code }) => description + code).join()).not.toContain("@");
  });
});

/** The one report of a bounce with this reply of the recipient's server. */
function bounced(type: string, status: string, diagnosticCode: string) {
  const [bounceType, bounceSubType] = type.split("/");
  const bouncedRecipients = [{ emailAddress: "anna@example.com", status, diagnosticCode }];
  const event = { eventType: "Bounce", mail: {}, bounce: { bounceType, bounceSubType, bouncedRecipients } };
  const [report] = (normaliseSes(ses(event)) as ParsedWebhook).reports;
  return [report?.status, report?.suppress, report?.alert];
}

describe("a bounce for good, by the reply of the recipient's server [FBK-02]", () => {
  it.each([
    ["5.1.1", "smtp; 550 5.1.1 user unknown", ["BOUNCED", "hard_bounce", undefined]],
    ["5.0.0", "smtp; 550 no such user", ["BOUNCED", "hard_bounce", undefined]],
    ["5.5.0", "smtp; 550 5.5.0 mailbox unavailable", ["BOUNCED", "hard_bounce", undefined]],
    ["5.5.0", "smtp; 550 5.5.0 no", ["BOUNCED", undefined, undefined]],
    ["5.3.0", "smtp; 554 5.3.0 IP on spamhaus block list", ["FAILED", undefined, "P1"]],
    ["5.1.1", "smtp; 550 5.1.1 blocked using zen.spamhaus.org", ["FAILED", undefined, "P1"]],
    ["5.3.2", "smtp; 550 5.3.2 system not accepting", ["FAILED", undefined, undefined]],
    ["5.4.4", "smtp; 550 5.4.4 unable to route", ["FAILED", undefined, undefined]],
    ["5.4.7", "smtp; 550 5.4.7 delivery expired", ["FAILED", undefined, undefined]],
  ])("%s %s", (status, diagnostic, expected) => {
    for (const type of ["Permanent/General", "Permanent/NoEmail"])
      expect(bounced(type, status, diagnostic), type).toEqual(expected);
  });

  it("does not undo what SES's own type says beyond it", () => {
    expect(bounced("Permanent/Suppressed", "5.9.9", "")).toEqual(["BOUNCED", "hard_bounce", undefined]);
    expect(bounced("Transient/General", "5.9.9", "")).toEqual(["FAILED", undefined, undefined]);
  });
});

describe("SES", () => {
  it.each([
    ["send", "SENT"],
    ["reject", "FAILED"],
    ["renderingfailure", "FAILED"],
  ])("%s: %s", (file, status) => {
    expect(normaliseSes(golden("event", file))).toMatchObject({ msgId: "m-1", reports: [{ status }] });
  });

  it.each(["deliverydelay", "open", "click", "subscription"])("%s: no status follows", (file) => {
    expect(normaliseSes(golden("event", file))).toEqual({ kind: "nothing" });
  });

  it("reports the recipients that bounced, and no others of the mail", () => {
    const bounce = {
      bounceType: "Permanent",
      bounceSubType: "General",
      bouncedRecipients: [
        { emailAddress: "Anna <anna@example.com>" },
        { emailAddress: "bert@example.com" },
        { emailAddress: "anna@example.com" },
      ],
    };
    const mail = { messageId: "s", destination: ["anna@example.com", "bert@example.com", "carla@example.com"] };
    const webhook = normaliseSes(ses({ eventType: "Bounce", mail, bounce })) as ParsedWebhook;
    expect(webhook.reports.map(({ address }) => address)).toEqual(["anna@example.com", "bert@example.com"]);
  });

  it.each([
    ["Permanent", "Imagined", "BOUNCED"],
    ["Transient", "Imagined", "FAILED"],
    ["Imagined", "General", "FAILED"],
    ["constructor", "toString", "FAILED"],
  ])(
    "suppresses nobody for a bounce that it does not know, and says so: %s/%s",
    (bounceType, bounceSubType, status) => {
      const bounce = { bounceType, bounceSubType, bouncedRecipients: [{ emailAddress: "anna@example.com" }] };
      const webhook = normaliseSes(ses({ notificationType: "Bounce", mail: {}, bounce })) as ParsedWebhook;
      expect(webhook).toMatchObject({ unknown: `Bounce/${bounceType}/${bounceSubType}`, reports: [{ status }] });
      expect(webhook.reports[0]?.suppress).toBeUndefined();
    },
  );

  it("makes nothing of an event that it does not know, and says so", () => {
    expect(normaliseSes(ses({ eventType: "Imagined", mail: {} }))).toEqual({
      kind: "nothing",
      unknown: "Imagined",
    });
  });

  it("is not put out by the greeting of a new topic", () => {
    const greeting = "Successfully validated SNS topic for Amazon SES event publishing.";
    for (const body of [greeting, ses(greeting)]) expect(normaliseSes(body)).toEqual({ kind: "nothing" });
  });

  it.each([
    ["", "SES event"],
    ["[]", "SES event"],
    ["{", "SES event"],
    ['{"mail":{}}', "eventType"],
    [JSON.stringify({ Type: "Notification" }), "SES event"],
    [ses("{"), "SES event"],
    [ses([]), "SES event"],
    [ses({ mail: {} }), "eventType"],
  ])("cannot read %s", (body, what) => {
    expect(normaliseSes(body)).toMatchObject({ kind: "unreadable", why: expect.stringContaining(what) });
  });
});
