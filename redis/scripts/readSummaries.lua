-- Reads what is known of a series and of its chunks, without the chunks, at one revision; and what an import holds for it.
-- KEYS: meta, summaries of one series; the staged runs of one import
-- ARGV: name
-- Output: { HGETALL of meta (empty when the series does not exist), HGETALL of summaries, HKEYS of the staged runs }
local meta = redis.call('HGETALL', KEYS[1])
if #meta > 0 and redis.call('HGET', KEYS[1], 'name') ~= ARGV[1] then
  return redis.error_reply('COLLISION two series names share a hash')
end
return { meta, redis.call('HGETALL', KEYS[2]), redis.call('HKEYS', KEYS[3]) }
