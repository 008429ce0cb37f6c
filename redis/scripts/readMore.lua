-- Reads some chunks, if the series still has the revision that they were found with.
-- KEYS: meta, chunks of one series
-- ARGV: revision, ids of chunks
-- Output: nil when the series has another revision; else the chunks in that order
local meta = redis.call('HMGET', KEYS[1], 'generation', 'counter')
if not meta[1] or meta[1] .. '.' .. meta[2] ~= ARGV[1] then return nil end
return redis.call('HMGET', KEYS[2], unpack(ARGV, 2))
