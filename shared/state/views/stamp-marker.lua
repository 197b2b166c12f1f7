-- Moves a marker's as_of forward, and names the server that holds the state whole. Creates no marker that was wiped.
-- KEYS: marker. ARGV: the server that this must run on, or empty for any; as_of in ms, or empty to leave it.
-- as_of goes back only from the future, which the clock of an earlier server has left behind. Returns 1 if it stands there.
local text = redis.call('GET', KEYS[1])
if not text then return 0 end
local server = ARGV[1]
if server ~= '' and not string.find(redis.call('INFO', 'server'), 'run_id:' .. server, 1, true) then return 0 end
local marker = cjson.decode(text)
local at, now = marker.as_of, redis.call('TIME')
local ms = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)
if ARGV[2] ~= '' and (tonumber(ARGV[2]) > at or at > ms) then at = tonumber(ARGV[2]) end
redis.call('SET', KEYS[1], string.format('{"epoch":"%s","as_of":%.0f,"server":"%s"}', marker.epoch, at, server))
return 1
