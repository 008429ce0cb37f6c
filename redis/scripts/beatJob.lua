-- running → running: renews the lease of a worker that still holds the job.
-- KEYS: job, leases
-- ARGV: id, epoch, milliseconds of the lease, progress (0 to 1), channel
-- Output: 1, or 0 when the job is no longer this worker's
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) -- Redis' clock: those of the functions differ
local state = redis.call('HMGET', KEYS[1], 'status', 'epoch', 'progress')
if state[1] ~= 'running' or state[2] ~= ARGV[2] then return 0 end
redis.call('ZADD', KEYS[2], 'XX', string.format('%.0f', now + ARGV[3]), ARGV[1])
if state[3] ~= ARGV[4] then
  redis.call('HSET', KEYS[1], 'progress', ARGV[4])
  redis.call('PUBLISH', ARGV[5], cjson.encode(redis.call('HGETALL', KEYS[1])))
end
return 1
