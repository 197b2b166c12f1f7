select wrapped_key from comms_user_key where tenant_id = $1 and user_id = $2
