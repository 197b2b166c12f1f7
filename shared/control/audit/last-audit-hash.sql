select hash from comms_audit where tenant_id = $1 order by seq desc limit 1
