-- Keys of the HTTP API. key_hash is the HMAC of the whole key; the key itself is stored nowhere. key_id is its public part.
-- changed_at says when a row last changed in what a gateway decides by: gateways ask for such rows several times a second, and the
-- notification tells them at once. A row that was only inserted or used has not changed.
create table comms_api_key (
  key_id text primary key,
  tenant_id text not null,
  name text not null,
  key_hash text not null,
  scopes text[] not null,
  rate_per_second int check (rate_per_second > 0),
  created_at timestamptz not null,
  created_by text not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  replaced_by text references comms_api_key,
  changed_at timestamptz
);

create index comms_api_key_tenant on comms_api_key (tenant_id, created_at);
create index comms_api_key_changed on comms_api_key (changed_at) where changed_at is not null;

create function comms_api_key_changed() returns trigger language plpgsql as $$
begin
  perform pg_notify('comms_api_key', old.key_id);
  if tg_op = 'DELETE' then
    return old;
  end if;
  new.changed_at := clock_timestamp();
  return new;
end $$;

create trigger comms_api_key_changed
  before update of tenant_id, key_hash, scopes, rate_per_second, expires_at, revoked_at or delete on comms_api_key
  for each row execute function comms_api_key_changed();

-- What a producer asks of its own: messages by event_id, and refusals by cause_ref. Both columns are written once.
create index comms_message_event on comms_message (tenant_id, event_id);
create index comms_rejected_cause on comms_rejected (tenant_id, cause_ref) where cause_ref is not null;
