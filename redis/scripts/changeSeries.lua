-- Changes a series in one step, if it still has the revision that the change was computed from. The id of the last
-- change stays in meta, so that a second run of the same call (a connection broke before the answer) is no conflict.
-- KEYS: meta, index, chunks, summaries, tail of one series
-- ARGV: name, random id of this change, expected revision ('' when the series must not exist yet), '1' when appends since
--   that revision do no harm, since the change lies before them, '1' when it brings points: a Redis that is full refuses
--   such a change, generation for a new series,
--   n, n ids of chunks to drop ('tail' for the tail),
--   m, m × (id, summary 'count first last …', chunk) to add,
--   k, k × (field of meta, value; an empty value removes the field)
-- Output: the revision 'generation.counter' after this change, or nil when another writer was first
local at = 0
local function take()
  at = at + 1
  return ARGV[at]
end

local name, change, expected, lies_before, brings, generation = take(), take(), take(), take() == '1', take() == '1', take()
local current = ''
if redis.call('EXISTS', KEYS[1]) == 1 then
  local meta = redis.call('HMGET', KEYS[1], 'name', 'generation', 'counter', 'change')
  if meta[1] ~= name then return redis.error_reply('COLLISION two series names share a hash') end
  current = meta[2] .. '.' .. meta[3]
  if meta[4] == change then return current end
  generation = meta[2]
  local since = lies_before and string.match(meta[4] or '', ' (%d+)$')
  local of, counter = string.match(expected, '^(%S+)%.(%d+)$')
  if since and of == generation and tonumber(counter) >= tonumber(since) then current = expected end
end
if current ~= expected then return nil end
if current == '' then redis.call('HSET', KEYS[1], 'name', name, 'generation', generation, 'counter', 0, 'count', 0) end
-- A full Redis refuses a script's first write, if that takes memory, and lets those behind it pass.
if brings then redis.call('HSET', KEYS[1], 'change', change) end

local difference = 0
for _ = 1, tonumber(take()) do
  local id = take()
  if id == 'tail' then
    difference = difference - math.floor(redis.call('STRLEN', KEYS[5]) / 16)
    redis.call('UNLINK', KEYS[5])
  else
    difference = difference - tonumber(string.match(redis.call('HGET', KEYS[4], id), '^(%S+)'))
    redis.call('ZREM', KEYS[2], id)
    redis.call('HDEL', KEYS[3], id)
    redis.call('HDEL', KEYS[4], id)
  end
end
for _ = 1, tonumber(take()) do
  local id, summary, chunk = take(), take(), take()
  local count, first = string.match(summary, '^(%S+) (%S+)')
  difference = difference + tonumber(count)
  redis.call('ZADD', KEYS[2], first, id)
  redis.call('HSET', KEYS[3], id, chunk)
  redis.call('HSET', KEYS[4], id, summary)
end
for _ = 1, tonumber(take()) do
  local field, value = take(), take()
  if value == '' then redis.call('HDEL', KEYS[1], field) else redis.call('HSET', KEYS[1], field, value) end
end

redis.call('HSET', KEYS[1], 'change', change)
redis.call('HINCRBY', KEYS[1], 'count', difference)
-- An id is the first time of its chunk. A summary that is missing must not break this off in the middle.
local first, newest, last = redis.call('ZRANGE', KEYS[2], 0, 0)[1], redis.call('ZRANGE', KEYS[2], -1, -1)[1], nil
if newest then
  last = string.match(redis.call('HGET', KEYS[4], newest) or '', '^%S+ %S+ (%S+)') or redis.call('HGET', KEYS[1], 'last')
end
if redis.call('EXISTS', KEYS[5]) == 1 then
  local function time(from, to) return string.format('%.0f', (struct.unpack('<d', redis.call('GETRANGE', KEYS[5], from, to)))) end
  first, last = first or time(0, 7), time(-16, -9)
end
if first then
  redis.call('HSET', KEYS[1], 'first', first, 'last', last)
else
  redis.call('HDEL', KEYS[1], 'first', 'last')
end
return generation .. '.' .. redis.call('HINCRBY', KEYS[1], 'counter', 1)
