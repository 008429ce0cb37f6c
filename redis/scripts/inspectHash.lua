-- Reads a hash in one step, whatever state it is in.
-- KEYS: the hash
-- Output: { its type, its time to live in ms, HGETALL; empty when it is no hash }
local kind = redis.call('TYPE', KEYS[1]).ok
return { kind, redis.call('PTTL', KEYS[1]), kind == 'hash' and redis.call('HGETALL', KEYS[1]) or {} }
