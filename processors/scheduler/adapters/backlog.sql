select count(*)::int as items, min(due_at) as next_due, now() as now from comms_scheduled
