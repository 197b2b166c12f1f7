-- Forgets all of one partition: its topic has been made again, and offsets begin at zero.
with handled as (delete from comms_handled where topic = $1 and partition = $2),
  audited as (delete from comms_audited where topic = $1 and partition = $2)
delete from comms_remainder where topic = $1 and partition = $2
