-- Merges rows into comms_suppression by the rules of core/suppression-row.ts. One row an entry at most, in the order of
-- the entries' keys.
insert into comms_suppression as s ({columns})
select {values}
from {rows}
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
