-- Sets the marker if this rebuild still holds its lock. A wipe in between removes the lock, and another rebuild replaces
-- it. KEYS: lock, marker. ARGV: owner, marker's text. Returns 1 if the marker was set.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
redis.call('DEL', KEYS[1])
return 1
