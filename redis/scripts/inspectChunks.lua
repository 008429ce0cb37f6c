-- Reads some chunks of a series with what stands beside them, in one step.
-- KEYS: index, chunks, summaries of one series
-- ARGV: ids of chunks
-- Output: for each id its score, summary and chunk; '' where there is none
local found = {}
for i, id in ipairs(ARGV) do
  found[3 * i - 2] = redis.call('ZSCORE', KEYS[1], id) or ''
  found[3 * i - 1] = redis.call('HGET', KEYS[3], id) or ''
  found[3 * i] = redis.call('HGET', KEYS[2], id) or ''
end
return found
