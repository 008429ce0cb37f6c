-- Keeps a poke counted that is still under way.
-- KEYS: pokes
-- ARGV: poke id, milliseconds for which it counts on
-- Output: 1, or 0 when it no longer counted
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) -- Redis' clock: those of the functions differ
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[2]), ARGV[1])
return 1
