select count(*)::int as items, count(pause_key)::int as paused, min(due_at) as next_due, now() as now from comms_scheduled
