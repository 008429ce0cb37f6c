-- Reads what a change of some spans of time may touch, at one revision: the chunks that meet a span, and those next to
-- it, which may take in what is left or added there. The tail is the chunk 'tail', and reaches to the end of time for points
-- that are added: behind it there may be no chunk.
-- KEYS: meta, index, chunks, summaries, tail of one series
-- ARGV: name, points of a full chunk, then for each span, in time order: its first and last time ('-inf' and '+inf' when
--   open), '1' when chunks that lie within it are dropped unread
-- Output: nil when the series does not exist; else { HGETALL of meta, { id, summary, chunk, apart, … } } in time order;
--   a chunk is '' where the change has no use for its points: it is dropped unread, or not met and full, or the tail;
--   '1' for apart where others may lie between it and the one before
if redis.call('EXISTS', KEYS[1]) == 0 then return nil end
if redis.call('HGET', KEYS[1], 'name') ~= ARGV[1] then return redis.error_reply('COLLISION two series names share a hash') end
local full = tonumber(ARGV[2])

local found, known = {}, {}
local length = redis.call('STRLEN', KEYS[5])
local tail = length > 0
if tail then
  local first = struct.unpack('<d', redis.call('GETRANGE', KEYS[5], 0, 7))
  local last = redis.call('HGET', KEYS[1], 'last')
  local summary = string.format('%d %.0f %s', length / 16, first, last)
  known.tail = { summary = summary, count = length / 16, first = first, last = tonumber(last), reach = math.huge }
end
local function look(id)
  if not known[id] then
    local summary = redis.call('HGET', KEYS[4], id)
    local count, first, last = string.match(summary, '^(%S+) (%S+) (%S+)')
    local chunk = { summary = summary, count = tonumber(count), first = tonumber(first), last = tonumber(last) }
    chunk.reach = chunk.last
    known[id] = chunk
  end
  return known[id]
end
local function give(id, needed, apart)
  local chunk = look(id)
  if not chunk.at then
    chunk.at = #found
    found[chunk.at + 1], found[chunk.at + 2], found[chunk.at + 3] = id, chunk.summary, ''
    found[chunk.at + 4] = apart and '1' or ''
  end
  if needed and not chunk.given then
    chunk.given = true
    found[chunk.at + 3] = id == 'tail' and redis.call('GET', KEYS[5]) or redis.call('HGET', KEYS[3], id)
  end
end

-- The chunk before the times that need no other look, and the first time that does: spans are often close together.
local before, beyond
for i = 3, #ARGV, 3 do
  local from, to, dropping = ARGV[i], ARGV[i + 1], ARGV[i + 2] == '1'
  local first, last = tonumber(from) or -math.huge, tonumber(to) or math.huge
  if not beyond or last >= beyond or (before and not before.given and first <= before.reach) then
    local ids = redis.call('ZREVRANGEBYSCORE', KEYS[2], from, '-inf', 'LIMIT', 0, 2)
    if ids[1] and look(ids[1]).last < first then ids[2] = nil end
    if ids[2] then ids[1], ids[2] = ids[2], ids[1] end
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. from, to)) do ids[#ids + 1] = id end
    local after = redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. to, '+inf', 'LIMIT', 0, 1)[1]
    if tail and not after then
      if known.tail.first <= last then ids[#ids + 1] = 'tail' else after = 'tail' end
    end
    local newest = ids[#ids]
    if after then ids[#ids + 1] = after end

    local kept = 0
    for _, id in ipairs(ids) do
      local chunk = look(id)
      chunk.met = chunk.first <= last and (dropping and chunk.last or chunk.reach) >= first
      if chunk.met and not dropping then kept = kept + chunk.count end
    end
    for place, id in ipairs(ids) do
      local chunk = look(id)
      local apart = place == 1 and #found > 0
      if chunk.met then
        give(id, not (dropping and chunk.first >= first and chunk.last <= last), apart)
      else
        -- What is very small may go with what is added beside it, although all else is full.
        give(id, id ~= 'tail' and (chunk.count + kept < full or chunk.count < full / 64), apart)
      end
    end
    before, beyond = newest and look(newest), after and look(after).first or math.huge
  end
end
return { redis.call('HGETALL', KEYS[1]), found }
