-- A part of a tenant's chain, in its order; times in ms.
select seq::text, audit_id as "auditId", tenant_id as "tenantId", number::float8, actor, action, target, reason, diff,
  (extract(epoch from created_at) * 1000)::float8 as at,
  before_hash as "beforeHash", after_hash as "afterHash", prev_hash as "previousHash", hash
from comms_audit where tenant_id = $1 and comms_audit.seq > $2 order by comms_audit.seq limit $3
