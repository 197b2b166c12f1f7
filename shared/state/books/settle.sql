-- Removes what was found missing and has been handled since, and the chunks that lie below the floor: one statement, so that no mark
-- is removed unseen.
with gone as (
  delete from comms_handled as h using comms_audited as a
  where a.topic = h.topic and a.partition = h.partition and (h.chunk + 1) * 1024 <= a.floor
  returning h.topic, h.partition, h.chunk, h.seen
), marks as (
  select topic, partition, chunk, seen from gone
  union all
  select topic, partition, chunk, seen from comms_handled
)
delete from comms_remainder as r using marks as m
where m.topic = r.topic and m.partition = r.partition and m.chunk = r.record_offset / 1024
  and get_bit(m.seen, (r.record_offset % 1024)::int) = 1
