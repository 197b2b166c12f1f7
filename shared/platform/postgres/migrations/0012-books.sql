-- Which records of which partition have been handled, a bit an offset: the first is leftmost. Marking twice changes nothing. Rows
-- that lie wholly below the floor of their partition are removed, so that few are left.
create table comms_handled (
  topic text not null,
  partition int not null,
  chunk bigint not null,
  seen bit(1024) not null,
  primary key (topic, partition, chunk)
) with (fillfactor = 50);

-- Up to where the books of a partition have been looked through: below `floor` each record was handled, or is in comms_remainder.
create table comms_audited (
  topic text not null,
  partition int not null,
  floor bigint not null,
  primary key (topic, partition)
);

-- Who looks through the books, one process at a time, and when the last look ended.
create table comms_audit_lease (
  lease text primary key,
  owner text not null,
  until timestamptz not null,
  audited_at timestamptz
);

-- Records that a group has committed, and that left no trace. The row goes when the record is handled after all.
create table comms_remainder (
  topic text not null,
  partition int not null,
  record_offset bigint not null,
  consumer_group text not null,
  record_id text not null,
  tenant_id text not null,
  written_at timestamptz not null,
  found_at timestamptz not null,
  primary key (topic, partition, record_offset)
);

create index comms_remainder_hour on comms_remainder (written_at);

-- How many messages of a tenant, by the hour of their first decision, have a status: always what a count over comms_message would
-- give. Changes are rows of their own, added up from time to time, so that writers never wait for each other here.
create table comms_balance (
  tenant_id text not null,
  hour timestamptz not null,
  status text not null,
  messages bigint not null,
  primary key (hour, tenant_id, status)
);

create index comms_balance_empty on comms_balance (hour) where messages = 0;

create table comms_balance_change (
  tenant_id text not null,
  hour timestamptz not null,
  status text not null,
  messages bigint not null
);

-- Messages from before are not counted: counting them would hold everybody up. The books begin with the next full hour, when every
-- writer has the triggers; in an empty database at once.
create table comms_balance_start (begins_at timestamptz not null);

insert into comms_balance_start
  select case when exists (select from comms_message) then date_trunc('hour', now()) + interval '1 hour' else '-infinity' end;

create function comms_balance_insert() returns trigger language plpgsql as $$
begin
  insert into comms_balance_change (tenant_id, hour, status, messages)
    select tenant_id, date_trunc('hour', created_at, 'UTC'), status, count(*)
    from new_rows, comms_balance_start where created_at >= begins_at
    group by 1, 2, 3;
  return null;
end $$;

create function comms_balance_update() returns trigger language plpgsql as $$
begin
  insert into comms_balance_change (tenant_id, hour, status, messages)
    select tenant_id, date_trunc('hour', created_at, 'UTC'), status, sum(messages)
    from (
      select tenant_id, created_at, status, 1 as messages from new_rows
      union all
      select tenant_id, created_at, status, -1 from old_rows) as both_rows, comms_balance_start
    where created_at >= begins_at
    group by 1, 2, 3 having sum(messages) <> 0;
  return null;
end $$;

create function comms_balance_delete() returns trigger language plpgsql as $$
begin
  insert into comms_balance_change (tenant_id, hour, status, messages)
    select tenant_id, date_trunc('hour', created_at, 'UTC'), status, -count(*)
    from old_rows, comms_balance_start where created_at >= begins_at
    group by 1, 2, 3;
  return null;
end $$;

create function comms_balance_truncate() returns trigger language plpgsql as $$
begin
  delete from comms_balance;
  delete from comms_balance_change;
  return null;
end $$;

create trigger comms_balance_insert after insert on comms_message
  referencing new table as new_rows for each statement execute function comms_balance_insert();
create trigger comms_balance_update after update on comms_message
  referencing new table as new_rows old table as old_rows for each statement execute function comms_balance_update();
create trigger comms_balance_delete after delete on comms_message
  referencing old table as old_rows for each statement execute function comms_balance_delete();
create trigger comms_balance_truncate after truncate on comms_message
  for each statement execute function comms_balance_truncate();
