-- The ledger's rules, atomically. shared/domain/delivery/ledger-rules.ts has the same rules without Redis; one conformance
-- suite compares the two.
-- KEYS[1] marker, KEYS[2] entry. ARGV[1] operation, ARGV[2] ttl in ms, then the operation's own arguments.
-- Instants are always strings: a Lua number would print 1.8e+12.
local op, ttl = ARGV[1], ARGV[2]

local function parse(text)
  if not text then return nil end
  local state, attempt, lease, since, doubt, owner, note = string.match(text, '^(%u)|(%d+)|(%d*)|(%d*)|(1?)|([^|]*)|(.*)$')
  return { state = state, attempt = tonumber(attempt), lease = tonumber(lease) or 0, since = since, doubt = doubt, owner = owner, note = note }
end

local function put(state, attempt, lease, since, doubt, owner, note)
  redis.call('SET', KEYS[2], table.concat({ state, attempt, lease, since, doubt, owner, note }, '|'), 'PX', ttl)
end

if (op == 'claim' or op == 'confirm') and redis.call('EXISTS', KEYS[1]) == 0 then return { 'unready' } end

local text = redis.call('GET', KEYS[2])
local entry = parse(text)
local calling = entry and (entry.state == 'C' or entry.state == 'K')

if op == 'claim' then
  local owner, attempt, now, lease, resend = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6], ARGV[7] == '1'
  -- The call that the provider took and then reported as not delivered for now; -1 for none.
  local reopened = entry and entry.state == 'S' and entry.attempt <= tonumber(ARGV[8])
  local free, ambiguous = not entry or reopened, false
  if entry and entry.state == 'R' then free = attempt > entry.attempt end
  if calling and entry.lease <= now then
    ambiguous = entry.state == 'K' or entry.doubt == '1'
    free = not ambiguous
  end
  local mine = entry and entry.state == 'C' and entry.owner == owner
  if not (free or mine or (ambiguous and resend)) then return { 'refused', text } end
  local doubt = (ambiguous or (entry and entry.doubt == '1')) and '1' or ''
  -- The next call after one with an unknown result has a higher number, also if the process of that one died.
  if doubt == '1' and calling then attempt = math.max(attempt, entry.state == 'K' and entry.attempt + 1 or entry.attempt) end
  local note = reopened and tostring(entry.attempt) or (mine and entry.note) or ''
  put('C', attempt, lease, doubt == '1' and entry.since or '', doubt, owner, note)
  return { 'claimed', doubt, tostring(attempt) }
end

if op == 'confirm' then
  local owner, now, lease = ARGV[3], ARGV[4], ARGV[5]
  -- After a lost answer the client confirms again, so a second confirmation succeeds like the first.
  if not calling or entry.owner ~= owner then return { 'lost' } end
  put('K', entry.attempt, lease, entry.since ~= '' and entry.since or now, entry.doubt, owner, entry.note)
  return { 'confirmed' }
end

if op == 'record' then
  local owner, state, attempt, note, now = ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]
  if entry and entry.state == 'S' then return { 'lost' } end
  local mine = not entry or (calling and entry.owner == owner)
  if not mine and state ~= 'S' then return { 'lost' } end
  local since = entry and entry.since or ''
  if state == 'K' then
    put('K', attempt, now, since ~= '' and since or now, '1', owner, note)
  elseif state == 'R' and entry and entry.doubt == '1' then
    put('R', attempt, '', since, '1', '', note)
  else
    put(state, attempt, '', '', '', '', note)
  end
  return { 'recorded' }
end

if op == 'release' then
  local owner, now = ARGV[3], ARGV[4]
  if not calling or entry.owner ~= owner then return { 'lost' } end
  if entry.doubt == '1' then
    put('K', math.max(1, entry.attempt - 1), now, entry.since, '1', '', entry.note)
  elseif entry.note ~= '' then
    put('S', entry.note, '', '', '', '', '')
  else
    redis.call('DEL', KEYS[2])
  end
  return { 'released' }
end

if op == 'reconcile' then
  local state, attempt, bySender = ARGV[3], tonumber(ARGV[4]), ARGV[5] == '1'
  if entry then
    if entry.state == 'S' then
      if not (state == 'S' and bySender and (entry.note ~= '' or attempt > entry.attempt)) then return { 'kept' } end
    elseif state == 'S' then
      if not bySender and attempt > 0 and calling and attempt < entry.attempt then return { 'kept' } end
    elseif entry.attempt > attempt then
      return { 'kept' }
    end
  end
  put(state, attempt, '', '', '', '', '')
  return { 'reconciled' }
end

return redis.error_reply('ledger: unknown operation ' .. op)
