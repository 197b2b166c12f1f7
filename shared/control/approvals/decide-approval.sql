update comms_approval
set state = $2, decided_by = $3, decided_at = to_timestamp($4 / 1000.0), decision_reason = $5
where approval_id = $1
