-- Allows one more poke of a worker if fewer are under way than workers are wanted: one for each ready or running job.
-- KEYS: pokes, ready, leases
-- ARGV: poke id, now, time at which it no longer counts, most workers
-- Output: 1, or 0 when enough workers are awake
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[2])
local ready = redis.call('ZCOUNT', KEYS[2], '-inf', ARGV[2])
local wanted = math.min(tonumber(ARGV[4]), ready + redis.call('ZCARD', KEYS[3]))
if redis.call('ZCARD', KEYS[1]) >= wanted then return 0 end
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
return 1
