-- Gives each push token to the person of its latest record, and takes it from the one who had it before.
-- KEYS[2i-1]: the token's owner; KEYS[2i]: the hash of the person who registers it, or the same key again for a tombstone.
-- ARGV[1]: how long a removed token's fence stays, ms. ARGV[4i-2 .. 4i+1]: field, partition, offset, payload; an empty
-- payload is a tombstone.
-- The owner is `<partition>:<offset>:<hash of the person>`, the hash empty once the token is removed. It is the fence: all
-- records of one token share a partition, and the same record again and an older one change nothing. The person's field
-- holds `<partition>:<offset>:<payload>`, as `fenced-apply.lua` writes it.
-- Returns the number of records that changed something.
local written = 0
for i = 1, #KEYS / 2 do
  local owner, person = KEYS[2 * i - 1], KEYS[2 * i]
  local a = 4 * i - 2
  local field, partition, offset, payload = ARGV[a], tonumber(ARGV[a + 1]), tonumber(ARGV[a + 2]), ARGV[a + 3]
  local position = ARGV[a + 1] .. ':' .. ARGV[a + 2] .. ':'
  local stored = redis.call('GET', owner)
  local later, holder = false, ''
  if stored then
    local p, o, hash = string.match(stored, '^(%d+):(%d+):(.*)$')
    p, o, holder = tonumber(p), tonumber(o), hash
    later = p > partition or (p == partition and o > offset)
  end
  if not later then
    local isRemoved = payload == ''
    if holder ~= '' and (isRemoved or holder ~= person) then redis.call('HDEL', holder, field) end
    if isRemoved then
      redis.call('SET', owner, position, 'PX', ARGV[1])
    else
      redis.call('HSET', person, field, position .. payload)
      redis.call('SET', owner, position .. person)
    end
    written = written + 1
  end
end
return written
