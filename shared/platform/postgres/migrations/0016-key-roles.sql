-- Keys of the admin API (decision 44): what a key with a role may do there, the role says, and it has no scope, so that it opens
-- nothing of the producers' API, of an older release's gateway neither. tenant_id '*': the request names the tenant.
alter table comms_api_key
  add column role text check (role in ('CommsViewer', 'CommsEditor', 'CommsApprover')),
  add constraint comms_api_key_role_or_scopes check (role is null or scopes = '{}'),
  add constraint comms_api_key_many_tenants check (role is not null or tenant_id <> '*');

drop trigger comms_api_key_changed on comms_api_key;

create trigger comms_api_key_changed
  before update of tenant_id, key_hash, scopes, role, rate_per_second, expires_at, revoked_at or delete on comms_api_key
  for each row execute function comms_api_key_changed();
