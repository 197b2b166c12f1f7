-- Writes fields of hashes, each fenced by the record that it came from, and in the same step how far the topics are applied.
-- KEYS[1]: the applied positions. KEYS[1 + i]: a hash. ARGV[1]: the server that this must run on, or empty for any;
-- ARGV[2]: how many positions follow; then field and next offset of each; then field, partition, offset and payload for each
-- hash; an empty payload is a tombstone.
-- A field holds `<partition>:<offset>:<payload>`. A record writes unless the field came from a later one: the same record
-- again and an older one change nothing, and a tombstone stays as a fence without a payload. A key moves to a higher
-- partition when a topic grows to a multiple of its partitions, so a higher partition is later.
-- Returns 'moved', and writes nothing, on another server; else 'applied'.
local server, positions = ARGV[1], tonumber(ARGV[2])
if server ~= '' and not string.find(redis.call('INFO', 'server'), 'run_id:' .. server, 1, true) then return 'moved' end
for i = 2, #KEYS do
  local a = 2 + 2 * positions + 4 * (i - 2)
  local field, partition, offset, payload = ARGV[a + 1], tonumber(ARGV[a + 2]), tonumber(ARGV[a + 3]), ARGV[a + 4]
  local stored = redis.call('HGET', KEYS[i], field)
  local later = false
  if stored then
    local p, o = string.match(stored, '^(%d+):(%d+):')
    p, o = tonumber(p), tonumber(o)
    later = p > partition or (p == partition and o > offset)
  end
  if not later then redis.call('HSET', KEYS[i], field, ARGV[a + 2] .. ':' .. ARGV[a + 3] .. ':' .. payload) end
end
for i = 0, positions - 1 do
  local field, offset = ARGV[3 + 2 * i], ARGV[4 + 2 * i]
  local applied = tonumber(redis.call('HGET', KEYS[1], field) or '-1')
  if tonumber(offset) > applied then redis.call('HSET', KEYS[1], field, offset) end
end
return 'applied'
