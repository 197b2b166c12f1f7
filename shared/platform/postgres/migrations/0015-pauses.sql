-- What people have paused, as comms.flags says: what waits for it lies here too.
create table comms_pause (
  key text primary key,
  binds boolean not null,
  expires_at timestamptz
);

-- The key of the flag that an item waits for. Released lane by lane, so the lane is in the index; it is empty until something is paused.
alter table comms_scheduled add column pause_key text;
create index comms_scheduled_pause on comms_scheduled (pause_key, (target_topic like '%.bulk'), due_at)
  where pause_key is not null;
