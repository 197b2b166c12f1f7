// Written by tools/generate.ts from schemas/avro. Do not edit: run `npm run generate`.

/** The lane in which a record is served: express before bulk. */
export type Lane = "UNKNOWN" | "EXPRESS" | "BULK";

/** A way to reach a person. */
export type Channel = "UNKNOWN" | "EMAIL" | "PUSH" | "SMS" | "INAPP" | "WHATSAPP";

/** One event for one person, valid and resolved by intake; also a digest summary, and a deferred message that comes back through the gates. */
export interface Accepted {
  /** UUIDv5 of the domain event this record descends from. */
  readonly event_id: string;
  /** When the domain event happened, by the producer's clock. */
  readonly occurred_at: number;
  /** When this record was written, by the writing stage's clock. */
  readonly recorded_at: number;
  /** Tenant; `default` where there is only one. */
  readonly tenant_id: string;
  /** The person, as the identity service names them. PII: pseudonym. */
  readonly user_id: string;
  /** UUIDv5 of tenant, template, user, cause_ref and channel; null where the record is about no single message. */
  readonly msg_id: string | null;
  /** Shared by every record that one producer action led to. */
  readonly correlation_id: string;
  /** Id of the record that led directly to this one. */
  readonly causation_id: string;
  /** UUIDv5 of event, user and template. */
  readonly accepted_id: string;
  /** The persona in which this person is addressed. */
  readonly role: string;
  /** Name of the domain event, `booking.confirmed` for example. */
  readonly cause_event: string;
  /** The producer's reference of what happened: a booking, a charge, a thread entry. */
  readonly cause_ref: string;
  /** Template to send. */
  readonly template_name: string;
  /** Pinned version, where an earlier decision pinned one. */
  readonly template_version: number | null;
  /** Category key: security, legal, booking, messages, reviews, promotions or finance. */
  readonly category: string;
  /** Whether the template bypasses preferences and quiet hours. */
  readonly critical: boolean;
  /** The lane the event came in by. */
  readonly lane: Lane;
  /** Channels to decide on: one message each. */
  readonly channels: readonly Channel[];
  /** Digest cadence this is collected under, `messages.daily_digest` for example; null sends at once. */
  readonly cadence: string | null;
  /** Payload-driven key; a second message under it within five minutes is dropped. */
  readonly dedupe_key: string;
  /** Template variables as a JSON object. PII: direct. */
  readonly payload: string;
  /** After this instant the message is not sent. */
  readonly expires_at: number | null;
  /** 0 the first time through the gates; one more at each release from the schedule. */
  readonly round: number;
  /** The message waits until this instant; null, or an instant that is over, means now. */
  readonly send_at: number | null;
  /** When the event came, by the timestamp of its record on comms.events; a cancellation binds what came before it. Null where an older build wrote the record: before any cancellation. */
  readonly received_at: number | null;
}

/** One message that the sender is about to call for. */
export interface BegunCall {
  /** UUIDv5 of tenant, template, user, cause_ref and channel. */
  readonly msg_id: string;
  /** What follows the sender in the owner of the claim on the ledger. */
  readonly claim: string;
  /** The number of the call. */
  readonly attempt: number;
  /** When the first call with an unknown result began; null if there is none. */
  readonly in_doubt_since: number | null;
  /** How many of the earlier calls ended with their process. */
  readonly crashes: number;
  /** The call that the provider took and then reported as not delivered for now; null for none. */
  readonly reopens: number | null;
}

/** One call of an earlier batch that was never made. */
export interface WithdrawnCall {
  /** UUIDv5 of tenant, template, user, cause_ref and channel. */
  readonly msg_id: string;
  /** As the call has it. */
  readonly claim: string;
}

/** Provider calls that one sender is about to make. Written and acknowledged before the first of them begins, so that a ledger which was wiped knows them again. */
export interface AttemptBatch {
  /** The process that calls: host, pid and a random part. */
  readonly sender: string;
  /** Counts the batches of a process from 1. */
  readonly number: number;
  /** When this record was written, by the sender's clock. */
  readonly recorded_at: number;
  /** The calls, in no order. Each may have begun, unless a later batch of the sender withdraws it. */
  readonly calls: readonly BegunCall[];
  /** Calls that were announced and not made: the claim was given back. */
  readonly withdrawn: readonly WithdrawnCall[];
}

/** The last row of a tenant's audit chain at a time. Kept apart from the table, so that an end that is cut off, and a chain that is made anew, show. */
export interface AuditHead {
  /** Tenant; `*` for the chain of what holds for all. */
  readonly tenant_id: string;
  /** The row's place in the chain, from 1. */
  readonly number: number;
  /** The row's hash, as in `comms_audit`. */
  readonly hash: string;
  /** When it was the last. */
  readonly recorded_at: number;
}

/** A producer takes back what it caused and what no provider has taken yet. Compacted; the key names tenant and cause. */
export interface Cancellation {
  /** Tenant; `default` where there is only one. */
  readonly tenant_id: string;
  /** The producer's reference whose messages are cancelled. */
  readonly cause_ref: string;
  /** When the gateway took the cancellation, by its clock. It binds events that came until a second later, so that two gateways whose clocks differ by less agree. */
  readonly cancelled_at: number;
  /** Why, in the producer's words; shown with each message that it stops. */
  readonly reason: string;
  /** Id of the API key that asked. */
  readonly cancelled_by: string;
}

/** A consent given or withdrawn. Compacted, keyed by tenant, user, channel and category. */
export interface Consent {
  /** Tenant. */
  readonly tenant_id: string;
  /** The person. PII: pseudonym. */
  readonly user_id: string;
  /** Channel. */
  readonly channel: Channel;
  /** Category key, or `*` for the channel (a device's permission). */
  readonly category: string;
  /** Given or withdrawn. */
  readonly granted: boolean;
  /** Form, keyword, import … */
  readonly source: string;
  /** When. */
  readonly updated_at: number;
}

/** What a gate or a stage decided. */
export type Verdict = "UNKNOWN" | "PASS" | "BYPASS" | "DEFER" | "DIGEST" | "DROP" | "HOLD";

/** One gate's verdict and the value it saw. */
export interface GateTrace {
  /** Gate name. */
  readonly gate: string;
  /** Its verdict. */
  readonly verdict: Verdict;
  /** Reason code, or bypass code. */
  readonly reason: string | null;
  /** The rule and the actual value, as a description that carries no address. */
  readonly detail: string;
}

/** What a stage decided on one message, with every gate it passed. */
export interface Decision {
  /** UUIDv5 of the domain event this record descends from. */
  readonly event_id: string;
  /** When the domain event happened, by the producer's clock. */
  readonly occurred_at: number;
  /** When this record was written, by the writing stage's clock. */
  readonly recorded_at: number;
  /** Tenant; `default` where there is only one. */
  readonly tenant_id: string;
  /** The person, as the identity service names them. PII: pseudonym. */
  readonly user_id: string;
  /** UUIDv5 of tenant, template, user, cause_ref and channel. */
  readonly msg_id: string;
  /** Shared by every record that one producer action led to. */
  readonly correlation_id: string;
  /** Id of the record that led directly to this one. */
  readonly causation_id: string;
  /** UUIDv5 of message, stage and round. */
  readonly decision_id: string;
  /** Deciding processor: router, renderer, email-sender, digest … */
  readonly stage: string;
  /** How often the message went through this stage before. */
  readonly round: number;
  /** Channel of the message. */
  readonly channel: Channel;
  /** Name of the domain event, `booking.confirmed` for example. */
  readonly cause_event: string;
  /** The producer's reference of what happened: a booking, a charge, a thread entry. */
  readonly cause_ref: string;
  /** Template, without version or locale. */
  readonly template_name: string;
  /** Template version, pinned at the first decision. */
  readonly template_version: number;
  /** Category key: security, legal, booking, messages, reviews, promotions or finance. */
  readonly category: string;
  /** Whether the message is critical. */
  readonly critical: boolean;
  /** Locale, empty where it was not resolved. */
  readonly locale: string;
  /** Payload-driven dedupe key. */
  readonly dedupe_key: string;
  /** The gate that decided it. */
  readonly gate: string;
  /** The stage's verdict. */
  readonly verdict: Verdict;
  /** Reason code of a no, or bypass code of a yes. */
  readonly reason: string | null;
  /** When a deferred message comes back. */
  readonly due_at: number | null;
  /** Every gate in order. */
  readonly trace: readonly GateTrace[];
}

/** One event collected for a person's next digest. */
export interface DigestItem {
  /** UUIDv5 of the domain event this record descends from. */
  readonly event_id: string;
  /** When the domain event happened, by the producer's clock. */
  readonly occurred_at: number;
  /** When this record was written, by the writing stage's clock. */
  readonly recorded_at: number;
  /** Tenant; `default` where there is only one. */
  readonly tenant_id: string;
  /** The person, as the identity service names them. PII: pseudonym. */
  readonly user_id: string;
  /** UUIDv5 of tenant, template, user, cause_ref and channel. */
  readonly msg_id: string;
  /** Shared by every record that one producer action led to. */
  readonly correlation_id: string;
  /** Id of the record that led directly to this one. */
  readonly causation_id: string;
  /** UUIDv5 of cadence and message; an item is in exactly one digest. */
  readonly item_id: string;
  /** Cadence, `messages.daily_digest` for example. */
  readonly cadence: string;
  /** Channel the digest goes out by. */
  readonly channel: Channel;
  /** Name of the domain event, `booking.confirmed` for example. */
  readonly cause_event: string;
  /** The producer's reference of what happened: a booking, a charge, a thread entry. */
  readonly cause_ref: string;
  /** Template the single message would have used. */
  readonly template_name: string;
  /** Category key: security, legal, booking, messages, reviews, promotions or finance. */
  readonly category: string;
  /** The person's IANA zone; the window closes by it. */
  readonly tz: string;
  /** Variables of the single message as a JSON object. PII: direct. */
  readonly payload: string;
  /** When the event came, by the timestamp of its record on comms.events; a cancellation binds what came before it. Null where an older build wrote the record: before any cancellation. */
  readonly received_at: number | null;
}

/** A person who takes part in an event. */
export interface Actor {
  /** Persona: buyer, seller or admin, or another that the event's catalog entry names. */
  readonly role: string;
  /** The person, as the identity service names them. PII: pseudonym. */
  readonly user_id: string;
}

/** The priority that the producer gives the event. */
export type Priority = "UNKNOWN" | "HIGH" | "NORMAL" | "LOW";

/** What a producer sends: something happened. Written by product teams to comms.events. */
export interface Event {
  /** The producer's own id; where null, intake derives one from tenant, name and cause_ref. */
  readonly event_id: string | null;
  /** Tenant; `default` where there is only one. */
  readonly tenant_id: string;
  /** Event name as in the event catalog, `booking.confirmed` for example. */
  readonly name: string;
  /** The producing service. */
  readonly source: string;
  /** The producer's reference of what happened; part of every message id, so it must be the same each time the same event is produced. */
  readonly cause_ref: string;
  /** Id of the producer's request; where null, the event id serves. */
  readonly correlation_id: string | null;
  /** When it happened, by the producer's clock. */
  readonly occurred_at: number;
  /** Who takes part, each with a role. PII: pseudonym. */
  readonly actors: readonly Actor[];
  /** Template variables as a JSON object, checked against the catalog's schema for this event. PII: direct. */
  readonly payload: string;
  /** Overrides nothing: must equal the catalog's category where given. */
  readonly category: string | null;
  /** LOW travels in the bulk lane. */
  readonly priority: Priority;
  /** After this instant nothing of this event is sent. */
  readonly expires_at: number | null;
  /** Nothing of this event is sent before this instant; null, or an instant that is over, means now. */
  readonly send_at: number | null;
}

/** Where a message stands. */
export type Status = "UNKNOWN" | "QUEUED" | "SCHEDULED" | "DIGESTED" | "SENT" | "DELIVERED" | "BOUNCED" | "COMPLAINED" | "SUPPRESSED" | "DROPPED" | "EXPIRED" | "CANCELLED" | "FAILED";

/** Who reports. */
export type FeedbackOrigin = "UNKNOWN" | "SENDER" | "PROVIDER" | "STAGE";

/** What became of a message: one status, from our sender or from the provider. */
export interface Feedback {
  /** UUIDv5 of the domain event this record descends from. */
  readonly event_id: string;
  /** When the domain event happened, by the producer's clock. */
  readonly occurred_at: number;
  /** When this record was written, by the writing stage's clock. */
  readonly recorded_at: number;
  /** Tenant; `default` where there is only one. */
  readonly tenant_id: string;
  /** The person, as the identity service names them. PII: pseudonym. */
  readonly user_id: string;
  /** UUIDv5 of tenant, template, user, cause_ref and channel. */
  readonly msg_id: string;
  /** Shared by every record that one producer action led to. */
  readonly correlation_id: string;
  /** Id of the record that led directly to this one. */
  readonly causation_id: string;
  /** UUIDv5 of message, attempt, status and the provider event. */
  readonly feedback_id: string;
  /** Channel of the message. */
  readonly channel: Channel;
  /** Name of the domain event, `booking.confirmed` for example. */
  readonly cause_event: string;
  /** The producer's reference of what happened: a booking, a charge, a thread entry. */
  readonly cause_ref: string;
  /** Template, without version or locale. */
  readonly template_name: string;
  /** Template version, pinned at the first decision. */
  readonly template_version: number;
  /** Category key: security, legal, booking, messages, reviews, promotions or finance. */
  readonly category: string;
  /** Locale of the content. */
  readonly locale: string;
  /** Payload-driven dedupe key. */
  readonly dedupe_key: string;
  /** Status reported; merged by the lattice, never by arrival. */
  readonly status: Status;
  /** Who reports. */
  readonly origin: FeedbackOrigin;
  /** Which provider call this is about; 0 for none. */
  readonly attempt: number;
  /** Provider, empty for none. */
  readonly provider: string;
  /** The provider's id of the message. */
  readonly provider_ref: string | null;
  /** Keyed hash of the address that was written to. PII: pseudonym. */
  readonly address_hash: string | null;
  /** Reason code, where the status is a no. */
  readonly reason: string | null;
  /** The provider's own code, as it gave it. */
  readonly provider_code: string | null;
  /** A sentence without addresses. */
  readonly detail: string;
  /** Suppression reason that follows from this, where one does: hard_bounce, complaint, stop … */
  readonly suppress: string | null;
  /** True where it is unknown whether the provider took the message. */
  readonly ambiguous: boolean;
  /** Key in the artifact store. */
  readonly artifact_ref: string | null;
  /** Cost in millionths of the currency. */
  readonly cost_micros: number | null;
  /** ISO 4217 code of the cost. */
  readonly currency: string | null;
  /** When the first send record was written. */
  readonly queued_at: number | null;
}

/** A flag that people set. Compacted, keyed by name for all tenants, by tenant and name for one. */
export interface Flag {
  /** Flag name, `comms.channels.non_critical.enabled` for example; docs/flags.md lists them. */
  readonly name: string;
  /** Value as JSON: `true` or `false`. */
  readonly value: string;
  /** Who set it. PII: pseudonym. */
  readonly updated_by: string;
  /** When. */
  readonly updated_at: number;
  /** The tenant that it binds; null: all of them. The most restrictive of both binds. */
  readonly tenant_id: string | null;
  /** From when on it binds no more; null: until it is set again or removed. */
  readonly expires_at: number | null;
}

/** Blown: no member of the stage takes records. */
export type FuseState = "UNKNOWN" | "BLOWN" | "LIFTED";

/** Whether the dead-letter fuse of a stage is blown. Compacted, keyed by stage; the last record of a stage binds. */
export interface Fuse {
  /** The stage, as in its consumer group: `router` of `comms.router`. */
  readonly stage: string;
  /** Blown: no member of the stage takes records. */
  readonly state: FuseState;
  /** Why it blew, or why it was lifted, in a sentence. */
  readonly cause: string;
  /** When. */
  readonly changed_at: number;
  /** The process that blew it, or the operator who lifted it. PII: pseudonym. */
  readonly changed_by: string;
}

/** One switch. */
export interface ChannelPreference {
  /** Channel. */
  readonly channel: Channel;
  /** Category key. */
  readonly category: string;
  /** On or off. */
  readonly opted_in: boolean;
}

/** Local hours in which nothing that can wait may arrive. */
export interface QuietHours {
  /** IANA time zone. */
  readonly tz: string;
  /** HH:MM, inclusive. */
  readonly start_local: string;
  /** HH:MM, exclusive. */
  readonly end_local: string;
  /** Categories that may arrive all the same. */
  readonly allow_categories: readonly string[];
}

/** What a person set. Compacted, keyed by tenant and user. */
export interface Preference {
  /** Tenant. */
  readonly tenant_id: string;
  /** The person. PII: pseudonym. */
  readonly user_id: string;
  /** Switches that differ from, or confirm, the default. */
  readonly channels: readonly ChannelPreference[];
  /** Own quiet hours; null for the default. */
  readonly quiet_hours: QuietHours | null;
  /** Whether the person asked not to be tracked. */
  readonly do_not_track: boolean;
  /** When it was set. */
  readonly updated_at: number;
}

/** What identity knows of a person. Compacted, keyed by tenant and user. */
export interface Profile {
  /** Tenant. */
  readonly tenant_id: string;
  /** The person. PII: pseudonym. */
  readonly user_id: string;
  /** Email address. PII: direct. */
  readonly email: string | null;
  /** Phone number, E.164. PII: direct. */
  readonly phone: string | null;
  /** Chosen locale, BCP 47. */
  readonly locale: string | null;
  /** Last Accept-Language header. */
  readonly accept_language: string | null;
  /** City, for the city's default locale. PII: pseudonym. */
  readonly city: string | null;
  /** IANA time zone. */
  readonly tz: string | null;
  /** When identity changed it. */
  readonly updated_at: number;
}

/** A provider's webhook, verified and raw. */
export interface ProviderEvent {
  /** UUIDv5 of provider and the provider's own id of the notification. */
  readonly provider_event_id: string;
  /** Tenant whose endpoint was called. */
  readonly tenant_id: string;
  /** ses, fcm, twilio … */
  readonly provider: string;
  /** When the gateway took it in. */
  readonly received_at: number;
  /** Content type of the body. */
  readonly content_type: string;
  /** The message, where the callback address names one. */
  readonly msg_id: string | null;
  /** The query of the callback address, which our own call chose: whom it was to, which attempt it was. PII: pseudonym. */
  readonly query: string | null;
  /** What the provider says, in its own bytes: the body as it was received; of SNS the message in its envelope, which earlier versions wrote whole. PII: direct. */
  readonly body: Buffer;
}

/** What intake could not accept, with the issues found and the original bytes. */
export interface Rejected {
  /** UUIDv5 of topic, partition and offset, or of the HTTP request. */
  readonly rejected_id: string;
  /** When it was refused. */
  readonly recorded_at: number;
  /** Tenant as far as it could be read; else `default`. */
  readonly tenant_id: string;
  /** Event name as far as it could be read. */
  readonly event_name: string | null;
  /** cause_ref as far as it could be read. */
  readonly cause_ref: string | null;
  /** A reason code: COMMS_INVALID_EVENT, COMMS_UNKNOWN_EVENT, COMMS_PAYLOAD_TOO_LARGE. */
  readonly reason: string;
  /** The issues found, a sentence each, without the values; the first 50 of them. */
  readonly faults: readonly string[];
  /** Topic the event came in by. */
  readonly source_topic: string;
  /** Partition of the original. */
  readonly source_partition: number;
  /** Offset of the original. */
  readonly source_offset: number;
  /** The value as it came in, byte for byte; of one above 512 KiB its beginning, and the whole still stands at the source offset. PII: direct. */
  readonly original: Buffer;
}

/** A message's content, fixed: where the encrypted artifact lies and what its content hashes to. */
export interface Rendered {
  /** UUIDv5 of the domain event this record descends from. */
  readonly event_id: string;
  /** When the domain event happened, by the producer's clock. */
  readonly occurred_at: number;
  /** When this record was written, by the writing stage's clock. */
  readonly recorded_at: number;
  /** Tenant; `default` where there is only one. */
  readonly tenant_id: string;
  /** The person, as the identity service names them. PII: pseudonym. */
  readonly user_id: string;
  /** UUIDv5 of tenant, template, user, cause_ref and channel. */
  readonly msg_id: string;
  /** Shared by every record that one producer action led to. */
  readonly correlation_id: string;
  /** Id of the record that led directly to this one. */
  readonly causation_id: string;
  /** Channel of the message. */
  readonly channel: Channel;
  /** Name of the domain event, `booking.confirmed` for example. */
  readonly cause_event: string;
  /** The producer's reference of what happened: a booking, a charge, a thread entry. */
  readonly cause_ref: string;
  /** Template, without version or locale. */
  readonly template_name: string;
  /** Template version, pinned at the first decision. */
  readonly template_version: number;
  /** Category key: security, legal, booking, messages, reviews, promotions or finance. */
  readonly category: string;
  /** Locale of the content. */
  readonly locale: string;
  /** Payload-driven dedupe key. */
  readonly dedupe_key: string;
  /** Key in the artifact store. */
  readonly artifact_ref: string;
  /** SHA-256 of the plain content, hex. */
  readonly content_hash: string;
  /** Size of the plain content. */
  readonly content_bytes: number;
}

/** One message that the router let through: one person, one channel. */
export interface Routed {
  /** UUIDv5 of the domain event this record descends from. */
  readonly event_id: string;
  /** When the domain event happened, by the producer's clock. */
  readonly occurred_at: number;
  /** When this record was written, by the writing stage's clock. */
  readonly recorded_at: number;
  /** Tenant; `default` where there is only one. */
  readonly tenant_id: string;
  /** The person, as the identity service names them. PII: pseudonym. */
  readonly user_id: string;
  /** UUIDv5 of tenant, template, user, cause_ref and channel. */
  readonly msg_id: string;
  /** Shared by every record that one producer action led to. */
  readonly correlation_id: string;
  /** Id of the record that led directly to this one. */
  readonly causation_id: string;
  /** Channel of the message. */
  readonly channel: Channel;
  /** Name of the domain event, `booking.confirmed` for example. */
  readonly cause_event: string;
  /** The producer's reference of what happened: a booking, a charge, a thread entry. */
  readonly cause_ref: string;
  /** Template, without version or locale. */
  readonly template_name: string;
  /** Template version, pinned at the first decision. */
  readonly template_version: number;
  /** Category key: security, legal, booking, messages, reviews, promotions or finance. */
  readonly category: string;
  /** Whether preferences and quiet hours were bypassable. */
  readonly critical: boolean;
  /** Lane. */
  readonly lane: Lane;
  /** Locale resolved by the fallback chain, BCP 47. */
  readonly locale: string;
  /** Payload-driven dedupe key. */
  readonly dedupe_key: string;
  /** Keyed hash of the address that the gates looked at; null for in-app and push. PII: pseudonym. */
  readonly address_hash: string | null;
  /** Template variables as a JSON object. PII: direct. */
  readonly payload: string;
  /** After this instant the message is not sent. */
  readonly expires_at: number | null;
  /** How often the message went through the gates before. */
  readonly round: number;
  /** When the event came, by the timestamp of its record on comms.events; a cancellation binds what came before it. Null where an older build wrote the record: before any cancellation. */
  readonly received_at: number | null;
}

/** Something to produce later: bytes, key, topic and a due time. */
export interface ScheduleItem {
  /** UUIDv5 of what it is about; a second item of the same id replaces the first. */
  readonly schedule_id: string;
  /** Tenant. */
  readonly tenant_id: string;
  /** The person. PII: pseudonym. */
  readonly user_id: string;
  /** The message, where it is about one. */
  readonly msg_id: string | null;
  /** quiet_hours, retry, hold, digest_window … */
  readonly kind: string;
  /** When it was asked for. */
  readonly created_at: number;
  /** When to produce it. */
  readonly due_at: number;
  /** When it is no longer worth producing; the record still goes out and its stage ends it as expired. */
  readonly expires_at: number | null;
  /** Topic to produce to, without prefix. */
  readonly target_topic: string;
  /** Record key to produce with. PII: pseudonym. */
  readonly key: string;
  /** Value to produce, framed Avro, byte for byte. PII: direct. */
  readonly payload: Buffer;
  /** Record headers to produce with. */
  readonly headers: Readonly<Record<string, string>>;
  /** The cause whose cancellation makes the item due at once; null where it is not held back for long. */
  readonly cause_ref: string | null;
  /** When the event came, by the timestamp of its record on comms.events; a cancellation binds what came before it. Null where an older build wrote the record: before any cancellation. */
  readonly received_at: number | null;
  /** Key on comms.flags of the pause that it waits for, whose end makes it due at once; null where it waits for no pause. */
  readonly pause_key: string | null;
}

/** An order to one sender: this artifact, to this person, now. */
export interface Send {
  /** UUIDv5 of the domain event this record descends from. */
  readonly event_id: string;
  /** When the domain event happened, by the producer's clock. */
  readonly occurred_at: number;
  /** When this record was written, by the writing stage's clock. */
  readonly recorded_at: number;
  /** Tenant; `default` where there is only one. */
  readonly tenant_id: string;
  /** The person, as the identity service names them. PII: pseudonym. */
  readonly user_id: string;
  /** UUIDv5 of tenant, template, user, cause_ref and channel. */
  readonly msg_id: string;
  /** Shared by every record that one producer action led to. */
  readonly correlation_id: string;
  /** Id of the record that led directly to this one. */
  readonly causation_id: string;
  /** Channel of the message. */
  readonly channel: Channel;
  /** Name of the domain event, `booking.confirmed` for example. */
  readonly cause_event: string;
  /** The producer's reference of what happened: a booking, a charge, a thread entry. */
  readonly cause_ref: string;
  /** Template, without version or locale. */
  readonly template_name: string;
  /** Template version, pinned at the first decision. */
  readonly template_version: number;
  /** Category key: security, legal, booking, messages, reviews, promotions or finance. */
  readonly category: string;
  /** Whether the message is critical. */
  readonly critical: boolean;
  /** Lane. */
  readonly lane: Lane;
  /** Locale of the content. */
  readonly locale: string;
  /** Payload-driven dedupe key. */
  readonly dedupe_key: string;
  /** Keyed hash of the address that the gates looked at. PII: pseudonym. */
  readonly address_hash: string | null;
  /** Key in the artifact store. */
  readonly artifact_ref: string;
  /** SHA-256 of the plain content, hex. */
  readonly content_hash: string;
  /** 1 for the first provider call, one more at each retry. */
  readonly attempt: number;
  /** The attempt that the provider took and then reported as not delivered for now, so that this next one may be made; null for none. */
  readonly reopens: number | null;
  /** When the first send record was written; queue-to-provider time counts from here. */
  readonly queued_at: number;
  /** After this instant the message is not sent. */
  readonly expires_at: number | null;
  /** When the event came, by the timestamp of its record on comms.events; a cancellation binds what came before it. Null where an older build wrote the record: before any cancellation. */
  readonly received_at: number | null;
}

/** Why. */
export type SuppressionReason = "UNKNOWN" | "HARD_BOUNCE" | "COMPLAINT" | "MANUAL" | "UNSUBSCRIBE" | "STOP" | "SOFT_BOUNCE" | "LEGAL";

/** Who asked. */
export type SuppressionOrigin = "UNKNOWN" | "RECIPIENT" | "PROVIDER" | "ADMIN";

/** An address not to be written to, and why. Compacted; the key names tenant, channel, hash, reason, origin and scope, and a tombstone lifts it. */
export interface Suppression {
  /** UUIDv5 of the key. */
  readonly suppression_id: string;
  /** Tenant. */
  readonly tenant_id: string;
  /** Channel the address belongs to. */
  readonly channel: Channel;
  /** Keyed hash, `v1:<kid>:<hex>`. PII: pseudonym. */
  readonly address_hash: string;
  /** Why. */
  readonly reason: SuppressionReason;
  /** Who asked. */
  readonly origin: SuppressionOrigin;
  /** `all`, `category:<key>` or `stream:<marketing|transactional>`. */
  readonly scope: string;
  /** When. */
  readonly created_at: number;
  /** The message that led to it, where one did. */
  readonly msg_id: string | null;
  /** Feedback id, provider code, or the ticket of an admin. */
  readonly evidence: string;
}

/** A published template in one locale for one channel, compiled. Compacted, keyed by name, version, locale and channel. */
export interface Template {
  /** UUIDv5 of name, version, locale and channel. */
  readonly template_id: string;
  /** Template name. */
  readonly name: string;
  /** Version. */
  readonly version: number;
  /** Channel. */
  readonly channel: Channel;
  /** BCP 47. */
  readonly locale: string;
  /** Category key: security, legal, booking, messages, reviews, promotions or finance. */
  readonly category: string;
  /** Bypasses preferences and quiet hours. */
  readonly critical: boolean;
  /** Whether opens and clicks may be tracked. */
  readonly tracking: boolean;
  /** Whether the router may choose it. */
  readonly active: boolean;
  /** When it was published. */
  readonly published_at: number;
  /** SHA-256 of the source content, hex. */
  readonly content_hash: string;
  /** JSON schema of the variables. */
  readonly variables: string;
  /** Liquid source of the subject (email) or title (push, in-app). */
  readonly subject: string | null;
  /** Compiled and inlined HTML with Liquid in it. */
  readonly html: string | null;
  /** Liquid source of the text part, SMS text or body. */
  readonly text: string;
  /** Liquid source of a JSON object: deep link, collapse key … */
  readonly data: string | null;
}

/** Device platform. */
export type Platform = "UNKNOWN" | "ANDROID" | "IOS" | "WEB";

/** A device that takes push. Compacted, keyed by tenant and token. */
export interface Token {
  /** Tenant. */
  readonly tenant_id: string;
  /** The person. PII: pseudonym. */
  readonly user_id: string;
  /** The device. PII: pseudonym. */
  readonly device_id: string;
  /** Platform. */
  readonly platform: Platform;
  /** Registration token. PII: pseudonym. */
  readonly token: string;
  /** The device's locale. */
  readonly locale: string | null;
  /** When the device last registered its token. */
  readonly last_seen: number;
  /** Sends refused since. */
  readonly invalid_attempts: number;
  /** When the record was written. */
  readonly updated_at: number;
}

/** Every record type by the name of its schema. */
export interface RecordTypes {
  readonly Accepted: Accepted;
  readonly AttemptBatch: AttemptBatch;
  readonly AuditHead: AuditHead;
  readonly Cancellation: Cancellation;
  readonly Consent: Consent;
  readonly Decision: Decision;
  readonly DigestItem: DigestItem;
  readonly Event: Event;
  readonly Feedback: Feedback;
  readonly Flag: Flag;
  readonly Fuse: Fuse;
  readonly Preference: Preference;
  readonly Profile: Profile;
  readonly ProviderEvent: ProviderEvent;
  readonly Rejected: Rejected;
  readonly Rendered: Rendered;
  readonly Routed: Routed;
  readonly ScheduleItem: ScheduleItem;
  readonly Send: Send;
  readonly Suppression: Suppression;
  readonly Template: Template;
  readonly Token: Token;
}
