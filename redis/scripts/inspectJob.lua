-- Reads a job with where it is filed, in one step, whatever state it is in.
-- KEYS: job, result, all, ready, leases, expiry, asks
-- ARGV: id
-- Output: { now, type and time to live in ms of the job and of the result, HGETALL of the job, HGETALL of the result,
--   scores in the four sets, '' where it is in none; who asks for it }
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local types, lives, hashes = {}, {}, {}
for i = 1, 2 do
  types[i] = redis.call('TYPE', KEYS[i]).ok
  lives[i] = redis.call('PTTL', KEYS[i])
  hashes[i] = types[i] == 'hash' and redis.call('HGETALL', KEYS[i]) or {}
end
local scores = {}
for i = 3, 6 do scores[i - 2] = redis.call('ZSCORE', KEYS[i], ARGV[1]) or '' end
local asks = redis.call('TYPE', KEYS[7]).ok == 'hash' and redis.call('HVALS', KEYS[7]) or {}
return { now, types[1], lives[1], types[2], lives[2], hashes[1], hashes[2], scores, asks }
