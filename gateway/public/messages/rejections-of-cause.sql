-- What intake refused of one cause, the latest first. Instants in ms.
-- $1 tenant, $2 cause_ref, $3 rows at most
select event_name as event, cause_ref, reason, faults, (extract(epoch from recorded_at) * 1000)::float8 as recorded_at
from comms_rejected
where tenant_id = $1 and cause_ref = $2
order by recorded_at desc
limit $3
