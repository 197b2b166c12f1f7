-- Every decision on these messages; a decision that was written twice appears once. Instants in ms.
select distinct on (decision_id) msg_id as "msgId", (extract(epoch from occurred_at) * 1000)::float8 as "occurredAt",
  jsonb_build_object(
    'stage', stage, 'recordedAt', (extract(epoch from recorded_at) * 1000)::float8, 'gate', gate, 'verdict', verdict,
    'reason', reason, 'dueAt', (extract(epoch from due_at) * 1000)::float8, 'trace', trace) as decision
from comms_decision
where msg_id = any($1::text[])
order by decision_id, recorded_at desc
