-- Swaps the chunks that a commit has prepared into a series in one step, if the series still has the revision that they
-- were computed from, and forgets what the import held for it. The id of the change stays in meta, so that a second run
-- of the same call is no conflict.
-- KEYS: meta, index, chunks, summaries, tail of one series; staged runs, prepared chunks, prepared summaries
-- ARGV: name, random id of this change, expected revision ('' when the series must not exist yet), '1' when appends since
--   that revision do no harm, since the change lies before them, generation for a new series, then ids of chunks to drop
--   ('tail' for the tail)
-- Output: the revision 'generation.counter' after this change, or nil when another writer was first
local name, change, expected, lies_before, generation = ARGV[1], ARGV[2], ARGV[3], ARGV[4] == '1', ARGV[5]
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
-- Without its runs the import was committed by another, or has expired; so may have what was prepared, if this call is late.
if current ~= expected or redis.call('EXISTS', KEYS[6], KEYS[7], KEYS[8]) < 3 then return nil end
if current == '' then redis.call('HSET', KEYS[1], 'name', name, 'generation', generation, 'counter', 0, 'count', 0) end
-- A full Redis refuses a script's first write, if that takes memory, and lets those behind it pass.
redis.call('HSET', KEYS[1], 'change', change)

local difference = 0
for i = 6, #ARGV do
  local id = ARGV[i]
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
local whole = redis.call('EXISTS', KEYS[4]) == 0
local summaries = redis.call('HGETALL', KEYS[8])
for i = 1, #summaries, 2 do
  local id, summary = summaries[i], summaries[i + 1]
  local count, first = string.match(summary, '^(%S+) (%S+)')
  difference = difference + tonumber(count)
  redis.call('ZADD', KEYS[2], first, id)
  if not whole then
    redis.call('HSET', KEYS[3], id, redis.call('HGET', KEYS[7], id))
    redis.call('HSET', KEYS[4], id, summary)
  end
end
if whole and #summaries > 0 then
  -- Nothing of the series stays beside: its chunks are the prepared ones, which need not be copied.
  redis.call('PERSIST', KEYS[7])
  redis.call('PERSIST', KEYS[8])
  redis.call('RENAME', KEYS[7], KEYS[3])
  redis.call('RENAME', KEYS[8], KEYS[4])
end
redis.call('UNLINK', KEYS[6], KEYS[7], KEYS[8])

redis.call('HINCRBY', KEYS[1], 'count', difference)
-- An id is the first time of its chunk. A summary that is missing must not break this off in the middle.
local first, newest = redis.call('ZRANGE', KEYS[2], 0, 0)[1], redis.call('ZRANGE', KEYS[2], -1, -1)[1]
local last = string.match(redis.call('HGET', KEYS[4], newest) or '', '^%S+ %S+ (%S+)') or redis.call('HGET', KEYS[1], 'last')
-- A tail that is still there has the last point already; but there may have been no chunk before it.
if redis.call('EXISTS', KEYS[5]) == 1 then last = redis.call('HGET', KEYS[1], 'last') end
redis.call('HSET', KEYS[1], 'first', first, 'last', last)
return generation .. '.' .. redis.call('HINCRBY', KEYS[1], 'counter', 1)
