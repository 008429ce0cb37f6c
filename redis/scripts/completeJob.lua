-- running → succeeded or failed: ends a job, with its result in the same step, if the epoch still matches.
-- KEYS: job, result, leases, expiry
-- ARGV: id, epoch, status, time to live, channel, error ('' for none), then fields and values of the result
-- Output: 1, or 0 when the job is no longer this worker's: its result is not wanted
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) -- Redis' clock: those of the functions differ
local state = redis.call('HMGET', KEYS[1], 'status', 'epoch')
if state[2] ~= ARGV[2] then return 0 end
if state[1] == ARGV[3] then return 1 end -- sent twice
if state[1] ~= 'running' then return 0 end
local ttl = tonumber(ARGV[4])
local expires = string.format('%.0f', now + ttl)
for i = 7, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', KEYS[2], ttl)
redis.call('HSET', KEYS[1], 'status', ARGV[3], 'finished', string.format('%.0f', now), 'expires', expires)
if ARGV[3] == 'succeeded' then redis.call('HSET', KEYS[1], 'progress', 1) end
if ARGV[6] ~= '' then redis.call('HSET', KEYS[1], 'error', ARGV[6]) end
-- The id is remembered for as long again, to say that the job has expired.
redis.call('PEXPIRE', KEYS[1], 2 * ttl)
redis.call('ZADD', KEYS[4], expires, ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('PUBLISH', ARGV[5], ARGV[1])
return 1
