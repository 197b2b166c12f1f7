-- Chains that count; the number and hash of the last row of each.
select distinct on (tenant_id) tenant_id as "tenantId", number::float8, hash
from comms_audit where number is not null order by tenant_id, number desc
