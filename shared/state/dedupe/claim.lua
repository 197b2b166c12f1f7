-- Claims dedupe keys in order and returns the holder of each, or nothing while the window may not be trusted: a claim
-- made before the window is restored from the log would keep out the true holder.
-- KEYS[1]: the marker; KEYS[2..]: the keys. ARGV[1]: the window, ms; ARGV[2..]: the claimants.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return false
end
local holders = {}
for i = 2, #KEYS do
  holders[i - 1] = redis.call('SET', KEYS[i], ARGV[i], 'NX', 'GET', 'PX', ARGV[1]) or ARGV[i]
end
return holders
