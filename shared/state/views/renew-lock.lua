-- Prolongs a rebuild's lock, if it is still its own. KEYS: lock. ARGV: owner, lease in ms. Returns 1 when it is.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
