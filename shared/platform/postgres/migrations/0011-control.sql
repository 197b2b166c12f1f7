-- What people change, beside the audit (decision 23). A change writes its row, its audit row and its outbox rows in one transaction.

-- Records that are still to go to a compacted topic, and for a week those that went. seq orders the records of a key: whoever adds
-- one holds the lock of its tenant's audit chain, so of two records of one key the later has the greater seq.
create table comms_outbox (
  seq bigint generated always as identity primary key,
  tenant_id text not null,
  topic text not null,
  key text not null,
  value bytea,
  created_at timestamptz not null default clock_timestamp(),
  relayed_at timestamptz
);

create index comms_outbox_waiting on comms_outbox (seq) where relayed_at is null;
create index comms_outbox_key on comms_outbox (topic, key, seq);
create index comms_outbox_relayed on comms_outbox (relayed_at) where relayed_at is not null;

create function comms_outbox_added() returns trigger language plpgsql as $$
begin
  perform pg_notify('comms_outbox', '');
  return null;
end $$;

create trigger comms_outbox_added after insert on comms_outbox for each statement execute function comms_outbox_added();

-- Which of several relays carries. Times are the database's.
create table comms_lease (
  name text primary key,
  owner text not null,
  lease_until timestamptz not null
);

-- Decision 43. tenant_id '*': for all tenants. version counts the changes, for If-Match.
create table comms_flag (
  tenant_id text not null,
  name text not null,
  value text not null,
  expires_at timestamptz,
  reason text not null,
  updated_by text not null,
  updated_at timestamptz not null,
  version int not null default 1,
  primary key (tenant_id, name)
);

-- A change that a second person has to approve. input_hash binds the approval to the input that was asked for.
create table comms_approval (
  approval_id text primary key,
  tenant_id text not null,
  action text not null,
  target jsonb not null,
  input jsonb not null,
  input_hash text not null,
  reason text not null,
  requested_by text not null,
  requested_at timestamptz not null,
  expires_at timestamptz not null,
  state text not null default 'open' check (state in ('open', 'approved', 'rejected')),
  decided_by text,
  decided_at timestamptz,
  decision_reason text,
  check ((state = 'open') = (decided_by is null)),
  check (decided_by is null or state = 'rejected' or decided_by <> requested_by)
);

create index comms_approval_open on comms_approval (tenant_id, requested_at desc);

-- SUP-04. What documents that a person allows messages again to an address that was suppressed.
create table comms_repermission (
  repermission_id text primary key,
  tenant_id text not null,
  suppress_id text not null,
  channel text not null,
  address_hash text not null,
  source text not null,
  consented_at timestamptz not null,
  document text not null,
  recorded_by text not null,
  recorded_at timestamptz not null
);

create index comms_repermission_address on comms_repermission (tenant_id, address_hash);

-- Rows from here on have a hash that begins with v2: it can be computed again from the columns.
create index comms_audit_created on comms_audit (tenant_id, created_at desc);

-- The row's place in its tenant's chain, from 1: of a row that is gone it says which.
alter table comms_audit add column number bigint;
create unique index comms_audit_number on comms_audit (tenant_id, number) where number is not null;
