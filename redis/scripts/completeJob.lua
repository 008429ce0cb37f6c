-- running → succeeded or failed: ends a job, with its result in the same step, if the epoch still matches. The result is
-- filed as the answer to the question about what was read; that may not be what the job was accepted for.
-- KEYS: job, result, asks, leases, expiry
-- ARGV: id, epoch, status, time to live, channel, prefix of answer keys, fingerprint of what was read ('' when failed),
--   error ('' for none), then fields and values of the result
-- Output: 1, or 0 when the job is no longer this worker's: its result is not wanted
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) -- Redis' clock: those of the functions differ
local id, status = ARGV[1], ARGV[3]
local state = redis.call('HMGET', KEYS[1], 'status', 'epoch', 'fingerprint')
if state[2] ~= ARGV[2] then return 0 end
if state[1] == status then return 1 end -- sent twice
if state[1] ~= 'running' then return 0 end
local ttl = tonumber(ARGV[4])
local expires = string.format('%.0f', now + ttl)
for i = 9, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', KEYS[2], ttl)
redis.call('HSET', KEYS[1], 'status', status, 'finished', string.format('%.0f', now), 'expires', expires)
local accepted = ARGV[6] .. (state[3] or '')
if redis.call('GET', accepted) == id then redis.call('DEL', accepted) end
if status == 'succeeded' then
  redis.call('HSET', KEYS[1], 'progress', 1, 'fingerprint', ARGV[7])
  redis.call('SET', ARGV[6] .. ARGV[7], id, 'PX', ttl)
end
if ARGV[8] ~= '' then redis.call('HSET', KEYS[1], 'error', ARGV[8]) end
-- The id is remembered for as long again, to say that the job has expired.
redis.call('PEXPIRE', KEYS[1], 2 * ttl)
redis.call('DEL', KEYS[3])
redis.call('ZADD', KEYS[5], expires, id)
redis.call('ZREM', KEYS[4], id)
redis.call('PUBLISH', ARGV[5], cjson.encode(redis.call('HGETALL', KEYS[1])))
return 1
