-- Removes a result, and its place as the answer to its question. The job stays, and says when that was.
-- KEYS: job, result
-- ARGV: id, random id of this removal, prefix of answer keys, channel
-- Output: 1, or 0 when there is no result
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) -- Redis' clock: those of the functions differ
local state = redis.call('HMGET', KEYS[1], 'removal', 'fingerprint')
if state[1] == ARGV[2] then return 1 end -- sent twice
if redis.call('DEL', KEYS[2]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'removal', ARGV[2], 'removed', string.format('%.0f', now))
local answer = ARGV[3] .. (state[2] or '')
if redis.call('GET', answer) == ARGV[1] then redis.call('DEL', answer) end
redis.call('PUBLISH', ARGV[4], cjson.encode(redis.call('HGETALL', KEYS[1])))
return 1
