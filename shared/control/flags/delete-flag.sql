delete from comms_flag where tenant_id = $1 and name = $2
