-- – → queued: stores a job and makes it ready.
-- KEYS: job, all, ready
-- ARGV: id, most jobs that may wait, channel, then fields and values of the job
-- Output: the time at which it was created, or nil when too many jobs wait already
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) -- Redis' clock: those of the functions differ
local created = redis.call('HGET', KEYS[1], 'created')
if created then return tonumber(created) end -- sent twice
if redis.call('ZCARD', KEYS[3]) >= tonumber(ARGV[2]) then return nil end
redis.call('HSET', KEYS[1], 'id', ARGV[1], 'status', 'queued', 'epoch', 1, 'attempt', 0, 'charged', 0, 'releases', 0,
  'progress', 0, 'created', string.format('%.0f', now))
for i = 4, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('ZADD', KEYS[2], 0, ARGV[1])
redis.call('ZADD', KEYS[3], string.format('%.0f', now), ARGV[1])
redis.call('PUBLISH', ARGV[3], ARGV[1])
return now
