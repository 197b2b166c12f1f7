-- takeFrom in shared/delivery/budget.ts, atomically. KEYS[1] bucket: `tokens|at`.
-- ARGV: rate a second, burst, reserve that this call must leave, calls, now in ms or empty for the time of Redis. Returns the
-- wait in ms.
local rate, burst, floor, calls, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local tokens, at = burst, now
local text = redis.call('GET', KEYS[1])
if text then
  local held, since = string.match(text, '^(.-)|(.*)$')
  at = math.max(now, tonumber(since))
  tokens = math.min(burst, tonumber(held) + (at - tonumber(since)) * rate / 1000)
end
local needed, wait = math.min(calls, burst - floor) + floor, 0
if tokens + 1e-9 >= needed then
  tokens = tokens - calls
else
  wait = math.ceil((needed - tokens) * 1000 / rate)
end
-- A full bucket equals a missing one, so the key may expire once the bucket is full.
redis.call('SET', KEYS[1], string.format('%.17g|%.0f', tokens, at), 'PX', math.ceil((burst - tokens) * 1000 / rate) + 1000)
return wait
