-- KV-04. Everything that waits, whatever for. The scheduler leases due rows with SKIP LOCKED, produces, deletes.
create table comms_scheduled (
  schedule_id text primary key,
  tenant_id text not null,
  user_id text not null,
  msg_id text,
  kind text not null,
  created_at timestamptz not null,
  due_at timestamptz not null,
  expires_at timestamptz,
  target_topic text not null,
  key text not null,
  payload bytea not null,
  headers jsonb not null default '{}',
  lease_owner text,
  lease_until timestamptz
);

create index comms_scheduled_due on comms_scheduled (due_at);
create index comms_scheduled_message on comms_scheduled (msg_id) where msg_id is not null;

-- KV-06. One window of a person's digest: it closes once.
create table comms_digest_window (
  window_id text primary key,
  tenant_id text not null,
  user_id text not null,
  cadence text not null,
  channel text not null check (channel in ('email', 'push', 'sms', 'inapp', 'whatsapp')),
  tz text not null,
  opened_at timestamptz not null,
  closes_at timestamptz not null,
  status text not null default 'open' check (status in ('open', 'closed')),
  closed_at timestamptz,
  lease_owner text,
  lease_until timestamptz
);

create index comms_digest_window_due on comms_digest_window (closes_at) where status = 'open';

-- KV-06. One event collected for a digest. Its id is derived from cadence and message, so it is in one digest only.
create table comms_digest (
  item_id text primary key,
  tenant_id text not null,
  user_id text not null,
  cadence text not null,
  window_id text not null,
  window_closes_at timestamptz not null,
  channel text not null check (channel in ('email', 'push', 'sms', 'inapp', 'whatsapp')),
  msg_id text not null,
  event_id text not null,
  correlation_id text not null,
  causation_id text not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null,
  cause_event text not null,
  cause_ref text not null,
  template_name text not null,
  category_key text not null,
  payload jsonb not null,
  status text not null default 'collected' check (status in ('collected', 'digested', 'dropped')),
  reason text
);

create index comms_digest_of_window on comms_digest (window_id, occurred_at, item_id);

-- KV-07. Answers to HTTP requests by Idempotency-Key. `answer` is null while the first request is in flight.
create table comms_idempotency (
  tenant_id text not null,
  key text not null,
  request_hash text not null,
  answer_status int,
  answer jsonb,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (tenant_id, key)
);

create index comms_idempotency_expiry on comms_idempotency (expires_at);
