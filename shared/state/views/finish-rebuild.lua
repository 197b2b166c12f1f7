-- Sets the marker and the applied positions if this rebuild still holds its lock. A wipe in between removes the lock, and
-- another rebuild replaces it; another server has not what was written.
-- KEYS: lock, marker, applied positions. ARGV: owner, marker's text, the server that this must run on, or empty for any; the
-- log's identity; then field and next offset of each partition. Returns 1 if the marker was set.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local server = ARGV[3]
if server ~= '' and not string.find(redis.call('INFO', 'server'), 'run_id:' .. server, 1, true) then return 0 end
redis.call('HSET', KEYS[3], 'log', ARGV[4])
for i = 5, #ARGV, 2 do
  local applied = tonumber(redis.call('HGET', KEYS[3], ARGV[i]) or '-1')
  if tonumber(ARGV[i + 1]) > applied then redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1]) end
end
redis.call('SET', KEYS[2], ARGV[2])
redis.call('DEL', KEYS[1])
return 1
