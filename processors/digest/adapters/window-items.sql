select window_id, occurred_at, correlation_id, payload from comms_digest
where window_id = any($1::text[]) and status = 'collected'
order by window_id, occurred_at, item_id
