-- DAT-07. Decision 21: tenant_id. Decision 23: what changed, and a chain of hashes per tenant that shows any edit or
-- removal; seq is the chain's order.
create table comms_audit (
  audit_id text primary key,
  tenant_id text not null default 'default',
  seq bigint generated always as identity,
  actor text not null,
  action text not null,
  target jsonb not null,
  reason text,
  created_at timestamptz not null default now(),
  diff jsonb,
  before_hash text,
  after_hash text,
  prev_hash text,
  hash text not null
);

create unique index comms_audit_seq on comms_audit (tenant_id, seq);
create unique index comms_audit_chain on comms_audit (tenant_id, prev_hash) nulls not distinct;
