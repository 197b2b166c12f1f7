-- As the projector has written it; times in ms.
select suppress_id as "suppressionId", tenant_id as "tenantId", channel, address_hash as "addressHash", reason, origin, scope,
  (extract(epoch from created_at) * 1000)::float8 as "createdAt",
  (extract(epoch from lifted_at) * 1000)::float8 as "liftedAt"
from comms_suppression where suppress_id = $1 and tenant_id = $2 for update
