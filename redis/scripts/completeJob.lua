-- running → succeeded or failed: ends a job, with its result in the same step, if the epoch still matches.
-- KEYS: job, result, leases, expiry
-- ARGV: id, epoch, status, now, time to live, channel, error ('' for none), then fields and values of the result
-- Output: 1, or 0 when the job is no longer this worker's: its result is not wanted
local state = redis.call('HMGET', KEYS[1], 'status', 'epoch')
if state[1] ~= 'running' or state[2] ~= ARGV[2] then return 0 end
local ttl = tonumber(ARGV[5])
local expires = tonumber(ARGV[4]) + ttl
if #ARGV > 7 then
  redis.call('HSET', KEYS[2], unpack(ARGV, 8))
  redis.call('PEXPIRE', KEYS[2], ttl)
end
redis.call('HSET', KEYS[1], 'status', ARGV[3], 'finished', ARGV[4], 'expires', string.format('%.0f', expires))
if ARGV[3] == 'succeeded' then redis.call('HSET', KEYS[1], 'progress', 1) end
if ARGV[7] ~= '' then redis.call('HSET', KEYS[1], 'error', ARGV[7]) end
-- The id is remembered for as long again, to say that the job has expired.
redis.call('PEXPIRE', KEYS[1], 2 * ttl)
redis.call('ZADD', KEYS[4], expires, ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('PUBLISH', ARGV[6], ARGV[1])
return 1
