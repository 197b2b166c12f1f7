-- Only what is still leased to this dispatcher: an item that was replaced meanwhile stays.
delete from comms_scheduled where schedule_id = any($1::text[]) and lease_owner = $2
