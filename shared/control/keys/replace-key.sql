update comms_api_key set expires_at = $2, replaced_by = $3 where key_id = $1
