-- Removes a series with all its points.
-- KEYS: meta, index, chunks, summaries of one series
-- ARGV: name, expected revision ('' for any)
-- Output: 'gone', 'missing', or 'changed' when it does not have that revision
if redis.call('EXISTS', KEYS[1]) == 0 then return 'missing' end
local meta = redis.call('HMGET', KEYS[1], 'name', 'generation', 'counter')
if meta[1] ~= ARGV[1] then return redis.error_reply('COLLISION two series names share a hash') end
if ARGV[2] ~= '' and ARGV[2] ~= meta[2] .. '.' .. meta[3] then return 'changed' end
redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
return 'gone'
