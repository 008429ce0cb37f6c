-- Claims the Idempotency-Key of a request, before anything is done for it.
-- KEYS: the record of caller, route and key
-- ARGV: random id of this claim, digest of the request ('' while its body is not known), lease in ms, time to live in ms
-- Output: { 'claimed', reference of an attempt that broke off, or '' }, { 'busy' } while another request holds the claim,
--   { 'other' } when the key belongs to another request, or { 'done', HGETALL of the record }
local claim, digest, lease, ttl = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) -- Redis' clock: those of the functions differ
local known = redis.call('HMGET', KEYS[1], 'claim', 'state', 'until', 'digest', 'reference')
local reference = ''
if known[1] then
  if known[1] == claim then return { 'claimed', known[5] or '' } end -- sent twice
  local same = digest == '' or known[4] == '' or known[4] == digest
  if known[2] == 'done' then
    if not same then return { 'other' } end
    return { 'done', redis.call('HGETALL', KEYS[1]) }
  end
  if tonumber(known[3]) > now then return { same and 'busy' or 'other' } end
  -- Whoever held it is gone. What it had begun is gone on with, if this is the same request.
  if known[5] and digest ~= '' and known[4] == digest then reference = known[5] end
  redis.call('DEL', KEYS[1])
end
redis.call('HSET', KEYS[1], 'claim', claim, 'state', 'running', 'until', string.format('%.0f', now + lease), 'digest', digest)
if reference ~= '' then redis.call('HSET', KEYS[1], 'reference', reference) end
redis.call('PEXPIRE', KEYS[1], ttl)
return { 'claimed', reference }
