-- Renews a rebuild's lock if the owner still holds it. KEYS: lock. ARGV: owner, lease in ms. Returns 1 if it does.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
