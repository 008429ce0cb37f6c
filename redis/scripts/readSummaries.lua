-- Reads what is known of a series and of its chunks, without the chunks, at one revision; and what an import holds for it.
-- KEYS: meta, summaries, tail of one series; the staged runs of one import
-- ARGV: name
-- Output: { HGETALL of meta (empty when the series does not exist), HGETALL of summaries, 'count first last' of the tail ('' for
--   none), HKEYS of the staged runs }
local meta = redis.call('HGETALL', KEYS[1])
if #meta > 0 and redis.call('HGET', KEYS[1], 'name') ~= ARGV[1] then
  return redis.error_reply('COLLISION two series names share a hash')
end
local tail = ''
local length = redis.call('STRLEN', KEYS[3])
if length > 0 then
  local first = struct.unpack('<d', redis.call('GETRANGE', KEYS[3], 0, 7))
  tail = string.format('%d %.0f %s', length / 16, first, redis.call('HGET', KEYS[1], 'last'))
end
return { meta, redis.call('HGETALL', KEYS[2]), tail, redis.call('HKEYS', KEYS[4]) }
