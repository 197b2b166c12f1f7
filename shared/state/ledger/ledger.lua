-- The ledger's rules, atomically. shared/domain/delivery/ledger-rules.ts and rate-budget.ts have the same rules without Redis;
-- one conformance suite compares the two.
-- KEYS[1] marker, KEYS[2] entry; of begin and confirm also KEYS[3], the bucket of the account, `tokens|at`. ARGV[1] operation, ARGV[2] ttl in ms, ARGV[3] the server that is asked, ARGV[4] now in ms or
-- empty for the time of Redis, then the operation's own arguments.
-- Instants are always strings: a Lua number would print 1.8e+12.
local op, ttl, server = ARGV[1], ARGV[2], ARGV[3]

local function parse(text)
  if not text then return nil end
  local state, attempt, lease, since, doubt, owner, note = string.match(text, '^(%u)|(%d+)|(%d*)|(%d*)|(%d*)|([^|]*)|(.*)$')
  return { state = state, attempt = tonumber(attempt), lease = tonumber(lease) or 0, since = since, doubt = doubt, owner = owner, note = note }
end

local function put(state, attempt, lease, since, doubt, owner, note)
  redis.call('SET', KEYS[2], table.concat({ state, attempt, lease, since, doubt, owner, note }, '|'), 'PX', ttl)
end

-- The note of a claim that reopens is a number, a report is JSON.
local function reported(entry) return not string.find(entry.note, '^%d*$') end

-- Calls whose processes died in them. `doubt` is one more than those before; a call with a report did end.
local function crashes(entry)
  local lost = entry.state == 'K' and entry.owner ~= '' and not reported(entry) and 1 or 0
  return math.max(0, (tonumber(entry.doubt) or 0) - 1) + lost
end

if op == 'begin' or op == 'confirm' then
  -- The marker of another server was restored with a snapshot: what it vouches for may be gone.
  local marker = redis.call('GET', KEYS[1])
  local named = marker and string.find(marker, '"server":', 1, true)
  if not marker or (named and not string.find(marker, '"server":"' .. server .. '"', 1, true)) then return { 'unready' } end
end

local now = ARGV[4]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
local function later(ms) return string.format('%.0f', tonumber(now) + tonumber(ms)) end

local text = redis.call('GET', KEYS[2])
local entry = parse(text)
local calling = entry and (entry.state == 'C' or entry.state == 'K')

-- Takes the calls from the bucket, or nothing; returns the wait in ms. ARGV from `first` on: rate a second, burst, reserve that
-- these calls must leave, calls.
local function take(first)
  local rate, burst, floor, calls = tonumber(ARGV[first]), tonumber(ARGV[first + 1]), tonumber(ARGV[first + 2]), tonumber(ARGV[first + 3])
  local tokens, at = burst, tonumber(now)
  local held, since = string.match(redis.call('GET', KEYS[3]) or '', '^(.-)|(.*)$')
  if held then
    at = math.max(at, tonumber(since))
    tokens = math.min(burst, tonumber(held) + (at - tonumber(since)) * rate / 1000)
  end
  local needed, wait = math.min(calls, burst - floor) + floor, 0
  if tokens + 1e-9 >= needed then
    tokens = tokens - calls
  else
    wait = math.ceil((needed - tokens) * 1000 / rate)
  end
  -- A full bucket equals a missing one, so the key may expire once the bucket is full.
  redis.call('SET', KEYS[3], string.format('%.17g|%.0f', tokens, at), 'PX', math.ceil((burst - tokens) * 1000 / rate) + 1000)
  return wait
end

-- Whether the entry is a claim that reopens this sent call, or a later one.
local function reopens(attempt)
  return calling and not reported(entry) and attempt > 0 and attempt <= (tonumber(entry.note) or 0)
end

-- Writes a claim of this owner with a new lease, confirmed where the budget lets its calls through. Returns the wait in ms.
local function confirm(claim, budgetAt)
  local owner, lease, since, wait = ARGV[5], later(ARGV[6]), claim.since, 0
  if claim.state ~= 'K' then wait = take(budgetAt) end
  if wait == 0 and since == '' then since = now end
  put(wait == 0 and 'K' or 'C', claim.attempt, lease, since, claim.doubt, owner, claim.note)
  return string.format('%.0f', wait)
end

if op == 'begin' then
  local owner, attempt, crashesMax = ARGV[5], tonumber(ARGV[7]), tonumber(ARGV[8])
  local own = calling and entry.owner == owner
  -- After a lost answer the client begins again; the calls are taken from the budget already.
  if own and entry.state == 'K' and not reported(entry) then
    return { 'claimed', entry.doubt, tostring(entry.attempt), confirm(entry, 10), entry.since }
  end
  -- The call that the provider took and then reported as not delivered for now; -1 for none.
  local reopened = entry and entry.state == 'S' and entry.attempt <= tonumber(ARGV[9])
  local free, ambiguous = not entry or reopened, false
  if entry and entry.state == 'R' then free = attempt > entry.attempt end
  if calling and entry.lease <= tonumber(now) then
    -- A call whose result never came here has ended if a later one is ordered.
    ambiguous = entry.doubt ~= '' or (entry.state == 'K' and attempt <= entry.attempt)
    free = not ambiguous
  end
  local mine = own and entry.state == 'C'
  if not (free or mine or (ambiguous and crashes(entry) < crashesMax)) then return { 'refused', text, now } end
  local doubt = entry and entry.doubt or ''
  if ambiguous then doubt = tostring(1 + crashes(entry)) end
  -- The next call after one with an unknown result has a higher number, also if the process of that one died.
  if doubt ~= '' and calling then attempt = math.max(attempt, entry.state == 'K' and entry.attempt + 1 or entry.attempt) end
  local note = reopened and tostring(entry.attempt) or (mine and entry.note) or ''
  local claim = { state = 'C', attempt = attempt, since = doubt ~= '' and entry.since or '', doubt = doubt, note = note }
  return { 'claimed', doubt, tostring(attempt), confirm(claim, 10), claim.since }
end

if op == 'confirm' then
  if not calling or entry.owner ~= ARGV[5] or (entry.state == 'K' and reported(entry)) then return { 'lost' } end
  return { 'confirmed', confirm(entry, 7) }
end

if op == 'record' then
  local owner, state, attempt, note = ARGV[5], ARGV[6], ARGV[7], ARGV[8]
  if entry and entry.state == 'S' then return { 'lost' } end
  local mine = not entry or (calling and entry.owner == owner)
  if not mine and state ~= 'S' then return { 'lost' } end
  local since, doubt = entry and entry.since or '', entry and entry.doubt or ''
  if state == 'K' then
    put('K', attempt, now, since ~= '' and since or now, doubt ~= '' and doubt or '1', owner, note)
  elseif state == 'R' and doubt ~= '' then
    put('R', attempt, '', since, doubt, '', note)
  else
    put(state, attempt, '', '', '', '', note)
  end
  return { 'recorded' }
end

if op == 'release' then
  local owner = ARGV[5]
  if not calling or entry.owner ~= owner then return { 'lost' } end
  if entry.doubt ~= '' then
    put('K', math.max(1, entry.attempt - 1), now, entry.since, entry.doubt, '', entry.note)
  elseif entry.note ~= '' then
    put('S', entry.note, '', '', '', '', '')
  else
    redis.call('DEL', KEYS[2])
  end
  return { 'released' }
end

if op == 'reconcile' then
  local state, attempt, bySender = ARGV[5], tonumber(ARGV[6]), ARGV[7] == '1'
  if entry then
    if entry.state == 'S' then
      if not (state == 'S' and bySender and (entry.note ~= '' or attempt > entry.attempt)) then return { 'kept' } end
    elseif state == 'S' and reopens(attempt) then
      return { 'kept' }
    elseif state == 'S' then
      if not bySender and attempt > 0 and calling and attempt < entry.attempt then return { 'kept' } end
    elseif entry.attempt > attempt then
      return { 'kept' }
    end
  end
  put(state, attempt, '', '', '', '', '')
  return { 'reconciled' }
end

-- A call that the log announces: it may have been made, and counts as one whose process died in it.
if op == 'restore' then
  local owner, attempt, since, doubt, note, at = ARGV[5], tonumber(ARGV[6]), ARGV[7], ARGV[8], ARGV[9], ARGV[10]
  if entry then
    local reopened = entry.state == 'S' and note ~= '' and entry.attempt <= tonumber(note)
    local later = (calling or entry.state == 'R') and attempt > entry.attempt
    -- Of two calls with the same number the earlier one was not made.
    local again = attempt == entry.attempt and entry.state == 'K' and not reported(entry) and entry.lease < tonumber(at)
    if not (reopened or later or again) then return { 'kept' } end
  end
  put('K', attempt, at, since, doubt, owner, note)
  return { 'restored' }
end

return redis.error_reply('ledger: unknown operation ' .. op)
