select exists (
  select from comms_api_key where revoked_at is null and (expires_at is null or expires_at > $1)
) as usable
