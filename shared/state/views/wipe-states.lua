-- Removes every state, if its marker is still the one that was read: offsets of another log fence nothing. In one step, so
-- that no restoration that has begun meanwhile loses a part. It happens when a log is replaced, and blocks Redis for some
-- seconds a million keys.
-- KEYS: the marker and the restoration lock of each state. ARGV: the epoch of each marker, or empty for none; then the patterns
-- of the keys to remove. Returns 1 if they were removed.
local states = #KEYS / 2
for i = 1, states do
  local text = redis.call('GET', KEYS[2 * i - 1])
  if (text and cjson.decode(text).epoch or '') ~= ARGV[i] then return 0 end
end
for i = 1, #KEYS do redis.call('DEL', KEYS[i]) end
for i = states + 1, #ARGV do
  local cursor = '0'
  repeat
    local page = redis.call('SCAN', cursor, 'MATCH', ARGV[i], 'COUNT', 1000)
    cursor = page[1]
    for _, key in ipairs(page[2]) do redis.call('UNLINK', key) end
  until cursor == '0'
end
return 1
