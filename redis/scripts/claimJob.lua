-- queued → running: gives a job to one worker, if it is still the one that the ticket meant and its time has come.
-- KEYS: ready, leases
-- ARGV: prefix of job keys, id ('' for the oldest ready job), epoch ('' with it), now, end of the lease, channel
-- Output: HGETALL of the job, or nil when there is nothing to claim
local id = ARGV[2]
if id == '' then
  id = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[4], 'LIMIT', 0, 1)[1]
  if not id then return nil end
end
local job = ARGV[1] .. id
local from = redis.call('ZSCORE', KEYS[1], id)
if not from or tonumber(from) > tonumber(ARGV[4]) then return nil end
local state = redis.call('HMGET', job, 'status', 'epoch')
if state[1] ~= 'queued' then
  redis.call('ZREM', KEYS[1], id) -- an orphan of the ready set
  return nil
end
if ARGV[3] ~= '' and ARGV[3] ~= state[2] then return nil end
redis.call('ZREM', KEYS[1], id)
redis.call('ZADD', KEYS[2], ARGV[5], id)
redis.call('HINCRBY', job, 'attempt', 1)
redis.call('HSET', job, 'status', 'running', 'started', ARGV[4], 'progress', 0)
redis.call('PUBLISH', ARGV[6], id)
return redis.call('HGETALL', job)
