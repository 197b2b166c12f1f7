insert into comms_user_key (tenant_id, user_id, wrapped_key, destroyed_at) values ($1, $2, null, now())
on conflict (tenant_id, user_id) do update set wrapped_key = null, destroyed_at = now()
where comms_user_key.destroyed_at is null
