-- Claims dedupe keys in order and returns the holder of each, or nothing while the window may not be trusted: a claim
-- made before the window is restored from the log would keep out the true holder. So would one on a server that came back
-- from a snapshot, whose marker names another.
-- KEYS[1]: the marker; KEYS[2..]: the keys. ARGV[1]: the window, ms; ARGV[2]: the server that is asked; ARGV[3..]: the claimants.
local marker = redis.call('GET', KEYS[1])
if not marker then return false end
local named = string.find(marker, '"server":', 1, true)
if named and not string.find(marker, '"server":"' .. ARGV[2] .. '"', 1, true) then return false end
local holders = {}
for i = 2, #KEYS do
  holders[i - 1] = redis.call('SET', KEYS[i], ARGV[i + 1], 'NX', 'GET', 'PX', ARGV[1]) or ARGV[i + 1]
end
return holders
