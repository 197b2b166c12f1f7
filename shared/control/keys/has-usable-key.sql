-- $1 now, $2 whether a key with a role is asked for
select exists (
  select from comms_api_key
  where revoked_at is null and (expires_at is null or expires_at > $1) and (role is not null) = $2
) as usable
