-- Merges rows into comms_suppression by the rules of core/suppression-row.ts. One row an entry at most, in the order of
-- the entries' keys.
insert into comms_suppression as s (tenant_id, channel, address_hash, reason, origin, scope, suppress_id, created_at, msg_id, evidence, source_position, lifted_at, lifted_position)
select tenant_id, channel, address_hash, reason, origin, scope, suppress_id, to_timestamp(created_at / 1000.0), msg_id, evidence, source_position, to_timestamp(lifted_at / 1000.0), lifted_position
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::float8[], $9::text[], $10::text[], $11::bigint[], $12::float8[], $13::bigint[]) as r (tenant_id, channel, address_hash, reason, origin, scope, suppress_id, created_at, msg_id, evidence, source_position, lifted_at, lifted_position)
on conflict (tenant_id, channel, address_hash, reason, origin, scope) do update set
  (suppress_id, created_at, msg_id, evidence) = row(
    case when (excluded.source_position, excluded.lifted_position) > (s.source_position, s.lifted_position)
      then excluded.suppress_id else s.suppress_id end,
    case when (excluded.source_position, excluded.lifted_position) > (s.source_position, s.lifted_position)
      then excluded.created_at else s.created_at end,
    case when (excluded.source_position, excluded.lifted_position) > (s.source_position, s.lifted_position)
      then excluded.msg_id else s.msg_id end,
    case when (excluded.source_position, excluded.lifted_position) > (s.source_position, s.lifted_position)
      then excluded.evidence else s.evidence end),
  source_position = greatest(excluded.source_position, s.source_position),
  lifted_position = greatest(excluded.lifted_position, s.lifted_position),
  lifted_at = case
    when greatest(excluded.lifted_position, s.lifted_position) <= greatest(excluded.source_position, s.source_position)
      then null
    when excluded.lifted_position > s.lifted_position then excluded.lifted_at
    else s.lifted_at end
