-- Removes a marker unless another restoration has replaced it since it was read. KEYS: marker. ARGV: epoch. Returns 1 if it
-- was removed.
local text = redis.call('GET', KEYS[1])
if not text or cjson.decode(text).epoch ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
