-- Writes fields of hashes, each fenced by the record that it came from.
-- KEYS[i]: a hash. ARGV[4i-3 .. 4i]: field, partition, offset, payload; an empty payload is a tombstone.
-- A field holds `<partition>:<offset>:<payload>`. A record writes unless the field came from a later one: the same record
-- again and an older one change nothing, and a tombstone stays as a fence without a payload. A key moves to a higher
-- partition when a topic grows to a multiple of its partitions, so a higher partition is later.
-- Returns the number of fields written.
local written = 0
for i = 1, #KEYS do
  local a = 4 * i
  local field, partition, offset, payload = ARGV[a - 3], tonumber(ARGV[a - 2]), tonumber(ARGV[a - 1]), ARGV[a]
  local stored = redis.call('HGET', KEYS[i], field)
  local later = false
  if stored then
    local p, o = string.match(stored, '^(%d+):(%d+):')
    p, o = tonumber(p), tonumber(o)
    later = p > partition or (p == partition and o > offset)
  end
  if not later then
    redis.call('HSET', KEYS[i], field, ARGV[a - 2] .. ':' .. ARGV[a - 1] .. ':' .. payload)
    written = written + 1
  end
end
return written
