select s.schedule_id
from unnest($1::text[], $2::text[]) as cause (tenant_id, cause_ref)
join comms_scheduled s on s.tenant_id = cause.tenant_id and s.cause_ref = cause.cause_ref
