-- Keeps every refusal of intake once, without the original's bytes. `faults` is a JSON array. Instants in ms.
insert into comms_rejected (
  rejected_id, tenant_id, recorded_at, event_name, cause_ref, reason, faults, source_topic, source_partition,
  source_offset)
select
  rejected_id, tenant_id, to_timestamp(recorded_ms / 1000.0), event_name, cause_ref, reason,
  array(select jsonb_array_elements_text(faults)), source_topic, source_partition, source_offset
from unnest(
  $1::text[], $2::text[], $3::float8[], $4::text[], $5::text[], $6::text[], $7::jsonb[], $8::text[], $9::int[],
  $10::bigint[]
) as r (
  rejected_id, tenant_id, recorded_ms, event_name, cause_ref, reason, faults, source_topic, source_partition,
  source_offset)
on conflict (rejected_id) do nothing
