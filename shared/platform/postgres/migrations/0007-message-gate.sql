-- The gate that decided last, for `comms why`: the trace of a decision is in comms_decision, and this is the column to count by.
-- Filled with the group `decided`; null before a decision is projected.
alter table comms_message add column last_gate text;
