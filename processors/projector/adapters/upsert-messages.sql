-- Merges rows into comms_message by the table in core/message-row.ts: for a group of columns the greater stamp counts,
-- for the status the higher rank. One row a msg_id at most, ordered by it.
insert into comms_message as m ({columns})
select {values}
from {rows}
on conflict (msg_id) do update set
  {merges}
