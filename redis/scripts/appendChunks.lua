-- Adds sealed chunks at the end of a series that has no tail, in one step and without a read before. What stays of this
-- change in meta is the same as in appendPoints.lua.
-- KEYS: meta, index, chunks, summaries, tail of one series
-- ARGV: name, random id of this change, then for each chunk, in time order: id, summary 'count first last …', chunk
-- Output: the revision 'generation.counter' after this change, or nil where the chunks can't be added: no such series, its
--   last point is not before them, it has a tail, or points of them are older than the retention
local name, change = ARGV[1], ARGV[2]
local meta = redis.call('HMGET', KEYS[1], 'name', 'generation', 'counter', 'change', 'last', 'retention')
if not meta[1] then return nil end
if meta[1] ~= name then return redis.error_reply('COLLISION two series names share a hash') end
local done, since = string.match(meta[4] or '', '^(%S+) %d+ %d+ (%d+)$')
if done == change then return meta[2] .. '.' .. meta[3] end
if redis.call('EXISTS', KEYS[5]) == 1 then return nil end
if meta[5] and tonumber(meta[5]) >= tonumber(ARGV[3]) then return nil end
if meta[6] then
  -- As in appendPoints.lua.
  local now = redis.call('TIME')
  if not meta[5] or tonumber(ARGV[3]) < now[1] * 1000 + math.floor(now[2] / 1000) - meta[6] then return nil end
end

local total, newest = 0, nil
for i = 3, #ARGV, 3 do
  local id, summary, chunk = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local count, first, last = string.match(summary, '^(%S+) (%S+) (%S+)')
  redis.call('ZADD', KEYS[2], first, id)
  redis.call('HSET', KEYS[3], id, chunk)
  redis.call('HSET', KEYS[4], id, summary)
  total, newest = total + tonumber(count), last
end
redis.call('HSET', KEYS[1], 'change', table.concat({ change, total, 0, since or meta[3] }, ' '), 'last', newest)
redis.call('HSETNX', KEYS[1], 'first', ARGV[3])
redis.call('HINCRBY', KEYS[1], 'count', total)
return meta[2] .. '.' .. redis.call('HINCRBY', KEYS[1], 'counter', 1)
