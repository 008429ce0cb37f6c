-- The clock of the server that holds a key: a cluster has as many clocks as servers.
-- KEYS: any key
-- Output: Unix time in milliseconds
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
