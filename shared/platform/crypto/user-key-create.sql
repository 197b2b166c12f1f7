insert into comms_user_key (tenant_id, user_id, wrapped_key) values ($1, $2, $3) on conflict do nothing
