select count(*)::int as items, min(due_at) as next_due from comms_scheduled
