-- What producers have cancelled, as comms.cancellations says: for the timers and the open digests, which lie here too.
create table comms_cancellation (
  tenant_id text not null,
  cause_ref text not null,
  cancelled_at timestamptz not null,
  reason text not null default '',
  primary key (tenant_id, cause_ref)
);

create index comms_cancellation_age on comms_cancellation (cancelled_at);

alter table comms_scheduled add column cause_ref text, add column received_at timestamptz;
create index comms_scheduled_cause on comms_scheduled (tenant_id, cause_ref) where cause_ref is not null;

alter table comms_digest add column received_at timestamptz;
alter table comms_digest drop constraint comms_digest_status_check;
alter table comms_digest add constraint comms_digest_status_check
  check (status in ('collected', 'digested', 'dropped', 'cancelled'));
