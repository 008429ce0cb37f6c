-- Keeps the answer to a request, for when it is sent again.
-- KEYS: the record
-- ARGV: id of the claim, time to live in ms, then fields and values of the record
-- Output: 1, or 0 when the claim is another's by now
if redis.call('HGET', KEYS[1], 'claim') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'state', 'done')
for i = 3, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
