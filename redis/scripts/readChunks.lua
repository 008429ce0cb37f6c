-- Reads the chunks of a range at one revision.
-- KEYS: meta, index, chunks, summaries of one series
-- ARGV: name, from, to (half-open; '-inf' and '+inf' when open), order ('asc' or 'desc'), points wanted (0: all)
-- Output: nil when the series does not exist; else { HGETALL of meta, { id, chunk, id, chunk, … } }
--   chunks in the asked order, the one that holds or precedes `from` included; no more than needed for the points wanted
if redis.call('EXISTS', KEYS[1]) == 0 then return nil end
if redis.call('HGET', KEYS[1], 'name') ~= ARGV[1] then return redis.error_reply('COLLISION two series names share a hash') end

local from, to, order, wanted = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local ids = redis.call('ZRANGEBYSCORE', KEYS[2], from == '-inf' and from or '(' .. from, to == '+inf' and to or '(' .. to)
if from ~= '-inf' then
  local before = redis.call('ZREVRANGEBYSCORE', KEYS[2], from, '-inf', 'LIMIT', 0, 1)
  if before[1] then table.insert(ids, 1, before[1]) end
end

local found, covered = {}, 0
for i = 1, #ids do
  local id = order == 'asc' and ids[i] or ids[#ids + 1 - i]
  found[#found + 1] = id
  found[#found + 1] = redis.call('HGET', KEYS[3], id)
  if wanted > 0 then
    local count, first, last = string.match(redis.call('HGET', KEYS[4], id), '^(%S+) (%S+) (%S+)')
    -- A chunk that straddles an edge may have nothing to give.
    if (from == '-inf' or tonumber(first) >= tonumber(from)) and (to == '+inf' or tonumber(last) < tonumber(to)) then
      covered = covered + tonumber(count)
    end
    if covered >= wanted then break end
  end
end
return { redis.call('HGETALL', KEYS[1]), found }
