-- A bucket of tokens that all gateways draw from. KEYS[1] bucket: `tokens|at`. ARGV: rate a second, burst, how many are wanted, how many
-- are spent already. What is spent is taken whether it is there or not; then as many of the wanted as are there. The time is that of Redis, so
-- that no gateway's clock matters. Returns how many were granted, and where none is left how long until one is, ms.
local rate, burst, wanted, spent = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local tokens, at = burst, now
local text = redis.call('GET', KEYS[1])
if text then
  local held, since = string.match(text, '^(.-)|(.*)$')
  at = math.max(now, tonumber(since))
  tokens = math.min(burst, tonumber(held) + (at - tonumber(since)) * rate / 1000)
end
tokens = tokens - spent
local granted = math.max(0, math.min(wanted, math.floor(tokens + 1e-9)))
tokens = tokens - granted
-- A full bucket equals a missing one.
redis.call('SET', KEYS[1], string.format('%.17g|%.0f', tokens, at), 'PX', math.ceil((burst - tokens) * 1000 / rate) + 1000)
local wait = 0
if granted == 0 and tokens + 1e-9 < 1 then wait = math.ceil((1 - tokens) * 1000 / rate) end
return { granted, wait }
