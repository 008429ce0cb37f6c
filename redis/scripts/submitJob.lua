-- – → queued: stores a job and makes it ready; unless its question has a result already, or a job under way, which is
-- joined: it is asked for once more.
-- KEYS: job, all, ready, answer (the job that answers this question)
-- ARGV: id (of the ask, too), prefixes of job, result and asks keys, who asks, '1' to run it whatever there is, most jobs
--   that may wait, milliseconds that a result must still be there, channel, then fields and values of the job
-- Output: { 'new', 'joined' or 'known', HGETALL of the job }, or nil when too many jobs wait already
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) -- Redis' clock: those of the functions differ
local id, jobs, results, asks, who = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
if redis.call('EXISTS', KEYS[1]) == 1 then return { 'new', redis.call('HGETALL', KEYS[1]) } end -- sent twice

local found = redis.call('GET', KEYS[4])
local how
if found then
  local status = redis.call('HGET', jobs .. found, 'status')
  if status == 'queued' or status == 'running' then how = 'joined' end
  if status == 'succeeded' and redis.call('PTTL', results .. found) > tonumber(ARGV[8]) then how = 'known' end
end
if how and ARGV[6] ~= '1' then
  -- An ask that is sent twice counts once.
  if how == 'joined' and redis.call('HSETNX', asks .. found, id, '+' .. who) == 1 then
    redis.call('HINCRBY', jobs .. found, 'askers', 1)
  end
  return { how, redis.call('HGETALL', jobs .. found) }
end

if redis.call('ZCARD', KEYS[3]) >= tonumber(ARGV[7]) then return nil end
redis.call('HSET', KEYS[1], 'id', id, 'status', 'queued', 'epoch', 1, 'attempt', 0, 'charged', 0, 'releases', 0,
  'progress', 0, 'askers', 1, 'created', string.format('%.0f', now))
for i = 10, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('HSET', asks .. id, id, '+' .. who)
redis.call('ZADD', KEYS[2], 0, id)
redis.call('ZADD', KEYS[3], string.format('%.0f', now), id)
-- What answers already goes on answering until this one has ended well.
if not how then redis.call('SET', KEYS[4], id) end
redis.call('PUBLISH', ARGV[9], cjson.encode(redis.call('HGETALL', KEYS[1])))
return { 'new', redis.call('HGETALL', KEYS[1]) }
