-- Reads all that is known of a series without the points of its chunks, at one revision.
-- KEYS: meta, index, chunks, summaries, tail of one series
-- ARGV: name
-- Output: nil when the series does not exist; else { HGETALL of meta, summaries, tail ('' for none), bytes that the keys take }
if redis.call('EXISTS', KEYS[1]) == 0 then return nil end
if redis.call('HGET', KEYS[1], 'name') ~= ARGV[1] then return redis.error_reply('COLLISION two series names share a hash') end
local bytes = 0
for _, key in ipairs(KEYS) do bytes = bytes + (redis.call('MEMORY', 'USAGE', key) or 0) end
return { redis.call('HGETALL', KEYS[1]), redis.call('HVALS', KEYS[4]), redis.call('GET', KEYS[5]) or '', bytes }
