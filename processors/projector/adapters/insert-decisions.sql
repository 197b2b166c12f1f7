-- Keeps every decision once. The same record again changes nothing. Instants in ms.
insert into comms_decision (
  decision_id, recorded_at, tenant_id, user_id, msg_id, event_id, correlation_id, causation_id, occurred_at,
  stage, round, channel, cause_event, cause_ref, template_name, template_version, category_key, critical, locale,
  dedupe_key, gate, verdict, reason, due_at, trace)
select
  decision_id, to_timestamp(recorded_ms / 1000.0), tenant_id, user_id, msg_id, event_id, correlation_id, causation_id,
  to_timestamp(occurred_ms / 1000.0), stage, round, channel, cause_event, cause_ref, template_name, template_version,
  category_key, critical, locale, dedupe_key, gate, verdict, reason, to_timestamp(due_ms / 1000.0), trace
from unnest(
  $1::text[], $2::float8[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::float8[],
  $10::text[], $11::int[], $12::text[], $13::text[], $14::text[], $15::text[], $16::int[], $17::text[], $18::boolean[],
  $19::text[], $20::text[], $21::text[], $22::text[], $23::text[], $24::float8[], $25::jsonb[]
) as r (
  decision_id, recorded_ms, tenant_id, user_id, msg_id, event_id, correlation_id, causation_id, occurred_ms,
  stage, round, channel, cause_event, cause_ref, template_name, template_version, category_key, critical, locale,
  dedupe_key, gate, verdict, reason, due_ms, trace)
on conflict do nothing
