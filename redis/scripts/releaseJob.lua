-- running → queued with the next epoch, or failed once the attempts are used up.
-- KEYS: job, ready, leases, expiry, asks
-- ARGV: id, epoch ('' for the present one), why ('lease': only if the lease has run out; 'fault'; 'stop': every third
--   one is charged, the others are free), attempts allowed, backoff of the first retry, error, time to live of a failed
--   job, channel, prefix of answer keys
-- Output: 'queued', 'failed', or nil when the job is not in that epoch any more
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) -- Redis' clock: those of the functions differ
local id = ARGV[1]
local state = redis.call('HMGET', KEYS[1], 'status', 'epoch', 'charged', 'fingerprint')
if state[1] ~= 'running' then
  redis.call('ZREM', KEYS[3], id) -- an orphan of the leases
  return nil
end
if ARGV[2] ~= '' and ARGV[2] ~= state[2] then return nil end
if ARGV[3] == 'lease' then
  local lease = redis.call('ZSCORE', KEYS[3], id)
  if lease and tonumber(lease) > now then return nil end
end
local charged, pause = tonumber(state[3]), 0
if ARGV[3] ~= 'stop' or redis.call('HINCRBY', KEYS[1], 'releases', 1) % 3 == 0 then
  charged = charged + 1
  pause = tonumber(ARGV[5]) * 2 ^ (charged - 1)
end
redis.call('ZREM', KEYS[3], id)
local outcome = 'queued'
if charged >= tonumber(ARGV[4]) then
  outcome = 'failed'
  local ttl = tonumber(ARGV[7])
  local expires = string.format('%.0f', now + ttl)
  redis.call('HSET', KEYS[1], 'status', 'failed', 'charged', charged, 'finished', string.format('%.0f', now),
    'expires', expires, 'error', ARGV[6])
  redis.call('PEXPIRE', KEYS[1], 2 * ttl)
  redis.call('ZADD', KEYS[4], expires, id)
  redis.call('DEL', KEYS[5])
  -- What has failed answers nothing: the next one who asks gets a job of their own.
  local answer = ARGV[9] .. (state[4] or '')
  if redis.call('GET', answer) == id then redis.call('DEL', answer) end
else
  redis.call('HSET', KEYS[1], 'status', 'queued', 'charged', charged, 'epoch', tonumber(state[2]) + 1, 'progress', 0)
  redis.call('ZADD', KEYS[2], string.format('%.0f', now + pause), id)
end
redis.call('PUBLISH', ARGV[8], cjson.encode(redis.call('HGETALL', KEYS[1])))
return outcome
