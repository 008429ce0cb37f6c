-- Reads the chunks of a range at one revision, a portion at a call. The tail is the chunk 'tail', the newest; it is no chunk of
-- a portion's most.
-- KEYS: meta, index, chunks, summaries, tail of one series
-- ARGV: name, from, to (half-open; '-inf' and '+inf' when open), order ('asc' or 'desc'), points wanted (0: all),
--   most chunks of a portion, the revision and the last chunk of the portion before ('' and '' for the first),
--   milliseconds: chunks that are shorter come as their summaries (0: none)
-- Output: nil when the series does not exist, or has no longer that revision; else
--   { HGETALL of meta, { id, chunk, summary, … }, points still wanted, 1 when another portion follows }
--   chunks in the asked order, no more than needed for the points wanted; of chunk and summary one is ''
local name, from, to, order, wanted, most, revision, after, summarized = unpack(ARGV)
if redis.call('EXISTS', KEYS[1]) == 0 then return nil end
local meta = redis.call('HMGET', KEYS[1], 'name', 'generation', 'counter', 'last')
if meta[1] ~= name then return redis.error_reply('COLLISION two series names share a hash') end
if revision ~= '' and revision ~= meta[2] .. '.' .. meta[3] then return nil end

wanted, most, summarized = tonumber(wanted), tonumber(most), tonumber(summarized)
local start, stop = tonumber(from) or -math.huge, tonumber(to) or math.huge
local function summary(id)
  local count, first, last = string.match(redis.call('HGET', KEYS[4], id), '^(%S+) (%S+) (%S+)')
  return tonumber(count), tonumber(first), tonumber(last)
end

-- Ids are the first times of their chunks, and so their scores: bounds of the index can be made of them.
local low, high = from, to == '+inf' and to or '(' .. to
if from ~= '-inf' then
  local before = redis.call('ZREVRANGEBYSCORE', KEYS[2], from, '-inf', 'LIMIT', 0, 1)[1]
  if before then
    local _, _, last = summary(before)
    if last >= start then low = before end
  end
end

local batch = 64
local function following(id)
  if order == 'asc' then
    return redis.call('ZRANGEBYSCORE', KEYS[2], id == '' and low or '(' .. id, high, 'LIMIT', 0, batch)
  end
  return redis.call('ZREVRANGEBYSCORE', KEYS[2], id == '' and high or '(' .. id, low, 'LIMIT', 0, batch)
end

local found, more = {}, 0
-- A summary costs about an eighth of a chunk.
local spent = 0
local function give(id)
  found[#found + 1] = id
  if summarized > 0 then
    local text = redis.call('HGET', KEYS[4], id)
    local first, last = string.match(text, '^%S+ (%S+) (%S+)')
    if tonumber(last) - tonumber(first) < summarized then
      found[#found + 1], found[#found + 2] = '', text
      spent = spent + 0.125
      return
    end
  end
  found[#found + 1], found[#found + 2] = redis.call('HGET', KEYS[3], id), ''
  spent = spent + 1
end
local limited = wanted > 0
local function enough(count, first, last)
  -- A chunk that straddles an edge may have nothing to give.
  if limited and first >= start and last < stop then wanted = math.max(0, wanted - count) end
  return limited and wanted == 0
end
-- Gives the tail where the range meets it; says whether it was enough.
local function give_tail()
  local length = redis.call('STRLEN', KEYS[5])
  if length == 0 then return false end
  local first, last = struct.unpack('<d', redis.call('GETRANGE', KEYS[5], 0, 7)), tonumber(meta[4])
  if last < start or first >= stop then return false end
  found[#found + 1], found[#found + 2], found[#found + 3] = 'tail', redis.call('GET', KEYS[5]), ''
  return enough(length / 16, first, last)
end

local done = order == 'desc' and after == '' and give_tail()
local ids = done and {} or following(after)
while #ids > 0 and more == 0 do
  for _, id in ipairs(ids) do
    if spent >= most then
      more = 1
      break
    end
    give(id)
    done = limited and enough(summary(id))
    if done then break end
  end
  ids = not done and #ids == batch and following(ids[batch]) or {}
end
if order == 'asc' and not done and more == 0 then give_tail() end
return { redis.call('HGETALL', KEYS[1]), found, wanted, more }
