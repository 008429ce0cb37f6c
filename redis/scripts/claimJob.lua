-- queued → running: gives a job to one worker, if it is still the one that the ticket meant and its time has come.
-- KEYS: ready, leases, claim (a key of this call alone)
-- ARGV: prefix of job keys, id ('' for the oldest ready job), epoch ('' with it), milliseconds of the lease, channel
-- Output: HGETALL of the job, or nil when there is nothing to claim
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) -- Redis' clock: those of the functions differ
local claimed = redis.call('GET', KEYS[3])
if claimed then return redis.call('HGETALL', ARGV[1] .. claimed) end -- sent twice
local id = ARGV[2]
if id == '' then
  id = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 1)[1]
  if not id then return nil end
end
local job = ARGV[1] .. id
local from = redis.call('ZSCORE', KEYS[1], id)
if not from or tonumber(from) > now then return nil end
local state = redis.call('HMGET', job, 'status', 'epoch')
if state[1] ~= 'queued' then
  redis.call('ZREM', KEYS[1], id) -- an orphan of the ready set
  return nil
end
if ARGV[3] ~= '' and ARGV[3] ~= state[2] then return nil end
redis.call('ZREM', KEYS[1], id)
redis.call('ZADD', KEYS[2], string.format('%.0f', now + ARGV[4]), id)
redis.call('HINCRBY', job, 'attempt', 1)
redis.call('HSET', job, 'status', 'running', 'started', string.format('%.0f', now), 'progress', 0)
redis.call('SET', KEYS[3], id, 'PX', 60000)
redis.call('PUBLISH', ARGV[5], cjson.encode(redis.call('HGETALL', job)))
return redis.call('HGETALL', job)
