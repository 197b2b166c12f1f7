-- Every decision on these messages, oldest first; a decision that was written twice appears once.
select distinct on (decision_id) decision_id, msg_id, stage, round, recorded_at, verdict, reason, due_at, trace
from comms_decision
where msg_id = any($1::text[])
order by decision_id, recorded_at desc
