-- Takes over an import whose commit nobody has held for a while.
-- KEYS: the open imports by the time at which another may take them over
-- ARGV: id, now, time at which the next one may
-- Output: 1 when it is ours now, else 0. A second run of the same call answers 0: then another sweep takes it later.
local due = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not due or tonumber(due) > tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
return 1
