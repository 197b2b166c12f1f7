-- Moves a marker's as_of forward, never back. Does not create a marker that was wiped.
-- KEYS: marker. ARGV: as_of in ms. Returns 1 if there is a marker.
local text = redis.call('GET', KEYS[1])
if not text then return 0 end
local marker = cjson.decode(text)
if tonumber(ARGV[1]) > marker.as_of then
  redis.call('SET', KEYS[1], string.format('{"epoch":"%s","as_of":%s}', marker.epoch, ARGV[1]))
end
return 1
