-- Removes a series with all its points. A second run of the same call answers 'missing' and removes nothing, not even
-- a series that was made again meanwhile: that has another generation.
-- KEYS: meta, index, chunks, summaries, tail of one series
-- ARGV: name, generation, counter ('' for any)
-- Output: 'gone', 'missing' when there is no series of that generation, or 'changed' when it has another counter
if redis.call('EXISTS', KEYS[1]) == 0 then return 'missing' end
local meta = redis.call('HMGET', KEYS[1], 'name', 'generation', 'counter')
if meta[1] ~= ARGV[1] then return redis.error_reply('COLLISION two series names share a hash') end
if meta[2] ~= ARGV[2] then return 'missing' end
if ARGV[3] ~= '' and ARGV[3] ~= meta[3] then return 'changed' end
redis.call('UNLINK', unpack(KEYS))
return 'gone'
