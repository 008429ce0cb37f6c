-- Renews the claim of a request that is under way, and notes what it refers to.
-- KEYS: the record
-- ARGV: id of the claim, lease in ms (0 gives the claim back), reference ('' leaves it as it is)
-- Output: 1, or 0 when the claim is another's by now
if redis.call('HGET', KEYS[1], 'claim') ~= ARGV[1] then return 0 end
if redis.call('HGET', KEYS[1], 'state') ~= 'running' then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[3] ~= '' then redis.call('HSET', KEYS[1], 'reference', ARGV[3]) end
if ARGV[2] == '0' and redis.call('HEXISTS', KEYS[1], 'reference') == 0 then
  redis.call('DEL', KEYS[1])
  return 1
end
redis.call('HSET', KEYS[1], 'until', string.format('%.0f', now + tonumber(ARGV[2])))
return 1
