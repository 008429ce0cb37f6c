-- Reads all of a series but its chunks, in one step, whatever state it is in.
-- KEYS: meta, index, chunks, summaries, tail of one series
-- Output: { types of the keys, their times to live in ms, HGETALL of meta, ids with scores of the index, ids of the
--   chunks, HGETALL of the summaries, the tail }; what is not there, or of another type than it should be, comes empty
local types, lives = {}, {}
for i, key in ipairs(KEYS) do
  types[i] = redis.call('TYPE', key).ok
  lives[i] = redis.call('PTTL', key)
end
local function read(i, kind, ...)
  return types[i] == kind and redis.call(...) or {}
end
return {
  types,
  lives,
  read(1, 'hash', 'HGETALL', KEYS[1]),
  read(2, 'zset', 'ZRANGE', KEYS[2], 0, -1, 'WITHSCORES'),
  read(3, 'hash', 'HKEYS', KEYS[3]),
  read(4, 'hash', 'HGETALL', KEYS[4]),
  types[5] == 'string' and redis.call('GET', KEYS[5]) or '',
}
