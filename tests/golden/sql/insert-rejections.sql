-- Keeps every refusal of intake once, without the original's bytes.
insert into comms_rejected (rejected_id, tenant_id, recorded_at, event_name, cause_ref, reason, source_topic, source_partition, source_offset, faults)
select rejected_id, tenant_id, to_timestamp(recorded_at / 1000.0), event_name, cause_ref, reason, source_topic, source_partition, source_offset, array(select jsonb_array_elements_text(faults))
from unnest($1::text[], $2::text[], $3::float8[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int[], $9::bigint[], $10::jsonb[]) as r (rejected_id, tenant_id, recorded_at, event_name, cause_ref, reason, source_topic, source_partition, source_offset, faults)
on conflict (rejected_id) do nothing
