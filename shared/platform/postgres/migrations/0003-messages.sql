-- DAT-05, with
--   decision 3: msg_id is derived, and the four fields that it is derived from are columns;
--   decision 5: the longer list of statuses; opens and clicks are engagement columns;
--   decision 20: whatsapp; decision 21: tenant_id, attempts, last_error_code, provider.
-- status_rank is the status's place in the lattice of shared/status: a write never lowers it.
-- Each *_stamp column says which record its group of columns came from, and only a greater stamp replaces the group, so
-- records may arrive in any order and more than once: `described` (event_id, correlation_id, template_version,
-- category_key, locale, dedupe_key, cause_event), `status` (together with status_rank: status, reason, due_at),
-- `decided` (critical), `provider` (provider, provider_ref), `error` (last_error_code), `rendered` (body_rendered_s3,
-- content_hash), `cost` (cost_micros, currency; those of the last attempt that told its cost).
-- subject and body_text stay empty: the words are in the artifact, encrypted under the person's key (decision 24).
create table comms_message (
  msg_id text primary key,
  tenant_id text not null default 'default',
  user_id text not null,
  channel text not null check (channel in ('email', 'push', 'sms', 'inapp', 'whatsapp')),
  template_name text not null,
  template_version int not null,
  category_key text not null,
  locale text not null,
  dedupe_key text not null,
  subject text,
  body_rendered_s3 text,
  body_text text,
  status text not null check (status in (
    'queued', 'scheduled', 'digested', 'sent', 'delivered', 'bounced', 'complained', 'suppressed', 'dropped',
    'expired', 'cancelled', 'failed')),
  provider_ref text,
  cause_event text not null,
  cause_ref text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  experiment_variant text,
  metadata jsonb default '{}',
  attempts int not null default 0,
  last_error_code text,
  provider text,
  opens int not null default 0,
  clicks int not null default 0,
  first_opened_at timestamptz,
  first_clicked_at timestamptz,
  event_id text not null,
  correlation_id text not null,
  critical boolean not null default false,
  reason text,
  due_at timestamptz,
  sent_at timestamptz,
  delivered_at timestamptz,
  cost_micros bigint,
  currency text,
  content_hash text,
  status_rank smallint not null,
  described_stamp text collate "C" not null default '',
  status_stamp text collate "C" not null default '',
  decided_stamp text collate "C" not null default '',
  provider_stamp text collate "C" not null default '',
  error_stamp text collate "C" not null default '',
  rendered_stamp text collate "C" not null default '',
  cost_stamp text collate "C" not null default ''
);

create index comms_message_person on comms_message (tenant_id, user_id, created_at desc);
create index comms_message_cause on comms_message (tenant_id, cause_ref);
create index comms_message_open on comms_message (created_at) where status in ('queued', 'scheduled');
create index comms_message_provider_ref on comms_message (provider, provider_ref) where provider_ref is not null;

-- DAT-06, with
--   decision 6: more reasons, an origin and a scope; every entry is kept, and the union of those not lifted binds;
--   decision 20: whatsapp; decision 21: tenant_id.
-- The positions are those of the last record and of the last tombstone in comms.suppression (partition times 10^12, plus
-- offset); an entry is lifted while its tombstone is the later. An entry lifted before its record was read has no evidence.
create table comms_suppression (
  suppress_id text primary key,
  tenant_id text not null default 'default',
  channel text not null check (channel in ('email', 'push', 'sms', 'inapp', 'whatsapp')),
  address_hash text not null,
  reason text not null check (reason in (
    'hard_bounce', 'complaint', 'manual', 'unsubscribe', 'stop', 'soft_bounce', 'legal')),
  origin text not null check (origin in ('recipient', 'provider', 'admin')),
  scope text not null check (scope = 'all' or scope like 'category:_%' or scope like 'stream:_%'),
  created_at timestamptz not null default now(),
  msg_id text,
  evidence text not null default '',
  lifted_at timestamptz,
  source_position bigint not null default -1,
  lifted_position bigint not null default -1,
  unique (tenant_id, channel, address_hash, reason, origin, scope)
);

create index comms_suppression_created on comms_suppression (tenant_id, created_at desc);

-- What intake refused, for the console and `comms why`. The original bytes stay on the topic: they may hold anything.
create table comms_rejected (
  rejected_id text primary key,
  tenant_id text not null default 'default',
  recorded_at timestamptz not null,
  event_name text,
  cause_ref text,
  reason text not null,
  faults text[] not null,
  source_topic text not null,
  source_partition int not null,
  source_offset bigint not null
);

create index comms_rejected_recorded on comms_rejected (tenant_id, recorded_at desc);
