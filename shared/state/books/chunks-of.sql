-- The chunks that lie in these stretches, the last chunk included. A bit a character.
select h.topic, h.partition, h.chunk::float8 as chunk, h.seen::text as bits
from unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[]) as r (topic, partition, first_chunk, last_chunk)
join comms_handled as h on h.topic = r.topic and h.partition = r.partition
  and h.chunk between r.first_chunk and r.last_chunk
