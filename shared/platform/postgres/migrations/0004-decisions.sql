-- Decision 22: every decision, by month, for 400 days. A decision has a derived id; the same event told again is decided
-- again under the same id at another time, and both rows stand: the latest is the one with the greatest recorded_at.
create table comms_decision (
  decision_id text not null,
  recorded_at timestamptz not null,
  tenant_id text not null,
  user_id text not null,
  msg_id text not null,
  event_id text not null,
  correlation_id text not null,
  causation_id text not null,
  occurred_at timestamptz not null,
  stage text not null,
  round int not null,
  channel text not null check (channel in ('email', 'push', 'sms', 'inapp', 'whatsapp')),
  cause_event text not null,
  cause_ref text not null,
  template_name text not null,
  template_version int not null,
  category_key text not null,
  critical boolean not null,
  locale text not null,
  dedupe_key text not null,
  gate text not null,
  verdict text not null check (verdict in ('pass', 'bypass', 'defer', 'digest', 'drop', 'hold')),
  reason text,
  due_at timestamptz,
  trace jsonb not null,
  primary key (decision_id, recorded_at)
) partition by range (recorded_at);

create index comms_decision_person on comms_decision (tenant_id, user_id, recorded_at desc);
create index comms_decision_message on comms_decision (msg_id);

-- Creates the partitions of every month (UTC) from one instant to another, both included; returns the names created.
-- A partition is made beside the table and attached, which lets readers and writers of the other months go on.
create function comms_ensure_decision_partitions(from_at timestamptz, to_at timestamptz)
returns setof text language plpgsql as $$
declare
  first_day timestamp := date_trunc('month', from_at at time zone 'UTC');
  partition_name text;
begin
  perform pg_advisory_xact_lock(hashtext('comms_decision partitions'));
  while first_day <= to_at at time zone 'UTC' loop
    partition_name := 'comms_decision_' || to_char(first_day, 'YYYY_MM');
    if to_regclass(partition_name) is null then
      execute format('create table %I (like comms_decision including defaults including constraints)', partition_name);
      execute format(
        'alter table comms_decision attach partition %I for values from (%L) to (%L)',
        partition_name,
        first_day at time zone 'UTC',
        (first_day + interval '1 month') at time zone 'UTC');
      return next partition_name;
    end if;
    first_day := first_day + interval '1 month';
  end loop;
end $$;

-- Drops every partition whose last instant is more than `keep_days` before `now_at`; returns the names dropped.
create function comms_drop_decision_partitions(now_at timestamptz, keep_days int default 400)
returns setof text language plpgsql as $$
declare
  partition_name text;
begin
  perform pg_advisory_xact_lock(hashtext('comms_decision partitions'));
  for partition_name in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'comms_decision'::regclass
      and to_timestamp(right(c.relname, 7) || ' +00', 'YYYY_MM TZH') + interval '1 month'
        <= now_at - make_interval(days => keep_days)
    order by c.relname
  loop
    execute format('drop table %I', partition_name);
    return next partition_name;
  end loop;
end $$;
