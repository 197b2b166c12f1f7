-- $1 keys, $2 when each was last used, ms. Several gateways write, and the latest stands.
update comms_api_key k set last_used_at = to_timestamp(u.used_at / 1000.0)
from unnest($1::text[], $2::float8[]) as u (key_id, used_at)
where k.key_id = u.key_id and (k.last_used_at is null or k.last_used_at < to_timestamp(u.used_at / 1000.0))
