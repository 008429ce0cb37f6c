-- Allows one more poke of a worker if fewer are under way than workers are wanted: one for each ready or running job.
-- KEYS: pokes, ready, leases
-- ARGV: poke id, milliseconds for which it counts, fewest and most workers
-- Output: 1, or 0 when enough workers are awake
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) -- Redis' clock: those of the functions differ
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 1 end -- sent twice
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local ready = redis.call('ZCOUNT', KEYS[2], '-inf', now)
local jobs = ready + redis.call('ZCARD', KEYS[3])
local wanted = math.min(tonumber(ARGV[4]), math.max(tonumber(ARGV[3]), jobs))
if redis.call('ZCARD', KEYS[1]) >= wanted then return 0 end
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[2]), ARGV[1])
return 1
