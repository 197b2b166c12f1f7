-- Rows of before the number count as one each.
select hash, coalesce(number, (select count(*) from comms_audit where tenant_id = $1))::float8 as number
from comms_audit where tenant_id = $1 order by seq desc limit 1
