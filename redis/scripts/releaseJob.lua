-- running → queued with the next epoch, or failed once the attempts are used up.
-- KEYS: job, ready, leases, expiry
-- ARGV: id, epoch, now, why ('lease': only if the lease has run out; 'fault'; 'stop': free of charge the first two times),
--   attempts allowed, backoff of the first retry, error, time to live of a failed job, channel
-- Output: 'queued', 'failed', or nil when the job is not in that epoch any more
local id, now = ARGV[1], tonumber(ARGV[3])
local state = redis.call('HMGET', KEYS[1], 'status', 'epoch', 'charged', 'releases')
if state[1] ~= 'running' or state[2] ~= ARGV[2] then
  if state[1] ~= 'running' then redis.call('ZREM', KEYS[3], id) end -- an orphan of the leases
  return nil
end
if ARGV[4] == 'lease' then
  local lease = redis.call('ZSCORE', KEYS[3], id)
  if lease and tonumber(lease) > now then return nil end
end
local charged, pause = tonumber(state[3]), 0
if ARGV[4] == 'stop' and redis.call('HINCRBY', KEYS[1], 'releases', 1) % 3 ~= 0 then
  pause = 0
else
  charged = charged + 1
  pause = tonumber(ARGV[6]) * 2 ^ (charged - 1)
end
redis.call('ZREM', KEYS[3], id)
local outcome = 'queued'
if charged >= tonumber(ARGV[5]) then
  outcome = 'failed'
  local ttl = tonumber(ARGV[8])
  redis.call('HSET', KEYS[1], 'status', 'failed', 'charged', charged, 'finished', ARGV[3],
    'expires', string.format('%.0f', now + ttl), 'error', ARGV[7])
  redis.call('PEXPIRE', KEYS[1], 2 * ttl)
  redis.call('ZADD', KEYS[4], now + ttl, id)
else
  redis.call('HSET', KEYS[1], 'status', 'queued', 'charged', charged, 'epoch', tonumber(state[2]) + 1, 'progress', 0)
  redis.call('ZADD', KEYS[2], now + pause, id)
end
redis.call('PUBLISH', ARGV[9], id)
return outcome
