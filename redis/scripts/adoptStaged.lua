-- Lays runs that an import holds for a series among the chunks that its commit prepares, as they are: they meet no other
-- points. Doing it twice does no harm.
-- KEYS: staged runs, prepared chunks, prepared summaries of one series
-- ARGV: milliseconds that what is prepared is kept, then for each run: its field, id and summary as a chunk
-- Output: 1, or nil when a run has gone: another writer was first
for i = 2, #ARGV, 3 do
  local run = redis.call('HGET', KEYS[1], ARGV[i])
  if not run then return nil end
  redis.call('HSET', KEYS[2], ARGV[i + 1], run)
  redis.call('HSET', KEYS[3], ARGV[i + 1], ARGV[i + 2])
end
redis.call('PEXPIRE', KEYS[2], ARGV[1])
redis.call('PEXPIRE', KEYS[3], ARGV[1])
return 1
