delete from comms_lease where name = $1 and owner = $2
