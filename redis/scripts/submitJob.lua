-- – → queued: stores a job and makes it ready.
-- KEYS: job, all, ready
-- ARGV: id, now, most jobs that may wait, channel, then fields and values of the job
-- Output: 1, or 0 when too many jobs wait already
if redis.call('ZCARD', KEYS[3]) >= tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], 'id', ARGV[1], 'status', 'queued', 'epoch', 1, 'attempt', 0, 'charged', 0, 'releases', 0,
  'progress', 0, 'created', ARGV[2], unpack(ARGV, 5))
redis.call('ZADD', KEYS[2], 0, ARGV[1])
redis.call('ZADD', KEYS[3], ARGV[2], ARGV[1])
redis.call('PUBLISH', ARGV[4], ARGV[1])
return 1
