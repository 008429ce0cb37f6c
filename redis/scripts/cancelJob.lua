-- queued, running → cancelled: takes back one request that asks for a job, or all of them, and ends the job once nobody
-- asks for it any more. Or → failed, where it has lost its reason: with an error.
-- KEYS: job, ready, leases, expiry, asks
-- ARGV: id, random id of this call, who takes back, '1' for all of them, time to live of an ended job, channel, prefix
--   of answer keys, error ('' for a job that is cancelled)
-- Output: { 'cancelled', 'withdrawn' (others still ask), 'ended' (it was too late) or 'stranger' (who has not asked),
--   HGETALL of the job }, or nil when there is no such job
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) -- Redis' clock: those of the functions differ
local id, call, who = ARGV[1], ARGV[2], ARGV[3]
local state = redis.call('HMGET', KEYS[1], 'status', 'withdrawal', 'fingerprint')
if not state[1] then return nil end
local function answer(outcome) return { outcome, redis.call('HGETALL', KEYS[1]) } end
if state[1] == 'cancelled' then return answer('cancelled') end
if state[1] ~= 'queued' and state[1] ~= 'running' then return answer('ended') end

local left = 0
if ARGV[4] ~= '1' then
  if state[2] == call then return answer('withdrawn') end -- sent twice
  local asks, mine, before = redis.call('HGETALL', KEYS[5]), nil, false
  for i = 1, #asks, 2 do
    if asks[i + 1] == '+' .. who then mine = asks[i] end
    if asks[i + 1] == '-' .. who then before = true end
  end
  -- A job of an earlier version has no list of who asks.
  if not mine and #asks > 0 then return answer(before and 'withdrawn' or 'stranger') end
  if mine then redis.call('HSET', KEYS[5], mine, '-' .. who) end
  redis.call('HSET', KEYS[1], 'withdrawal', call)
  left = redis.call('HINCRBY', KEYS[1], 'askers', -1)
else
  redis.call('HSET', KEYS[1], 'askers', 0)
end

if left <= 0 then
  local ttl = tonumber(ARGV[5])
  local expires = string.format('%.0f', now + ttl)
  redis.call('HSET', KEYS[1], 'status', ARGV[8] == '' and 'cancelled' or 'failed',
    'finished', string.format('%.0f', now), 'expires', expires)
  if ARGV[8] ~= '' then redis.call('HSET', KEYS[1], 'error', ARGV[8]) end
  redis.call('PEXPIRE', KEYS[1], 2 * ttl)
  redis.call('ZADD', KEYS[4], expires, id)
  redis.call('ZREM', KEYS[2], id)
  redis.call('ZREM', KEYS[3], id)
  redis.call('DEL', KEYS[5])
  local filed = ARGV[7] .. (state[3] or '')
  if redis.call('GET', filed) == id then redis.call('DEL', filed) end
  redis.call('PUBLISH', ARGV[6], cjson.encode(redis.call('HGETALL', KEYS[1])))
end
return answer(left <= 0 and 'cancelled' or 'withdrawn')
