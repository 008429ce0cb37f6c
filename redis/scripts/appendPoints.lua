-- Writes points into the tail of a series, in one step and without a read before: behind what it has or, where they are
-- not all newer, among it. In meta stays 'id inserted updated counter' of this change: so a second run of the same call (a
-- connection broke before the answer) gives the same answer, and a change that was computed from the revision of that
-- counter, or a later one, knows that only appends have come since.
-- KEYS: meta, tail of one series
-- ARGV: name, random id of this change, points of a full tail, first and last time of the points, the points in time order,
--   each as 16 bytes: time and value as little-endian doubles
-- Output: { revision 'generation.counter' after this change, points inserted, updated }, or 'full' where the points belong
--   into the tail and would fill it, or nil where they don't: no such series, one of them is before the tail, or older
--   than the retention
local name, change, full, first, last, points = unpack(ARGV)
local meta = redis.call('HMGET', KEYS[1],
  'name', 'generation', 'counter', 'count', 'first', 'last', 'retention', 'change')
local stored, generation, counter, count, oldest, newest, retention, before = unpack(meta)
if not stored then return nil end
if stored ~= name then return redis.error_reply('COLLISION two series names share a hash') end
local done, done_inserted, done_updated, since = string.match(before or '', '^(%S+) (%d+) (%d+) (%d+)$')
if done == change then return { generation .. '.' .. counter, tonumber(done_inserted), tonumber(done_updated) } end

local size = 16
local length = redis.call('STRLEN', KEYS[2])
if length % size ~= 0 then return nil end
if retention then
  -- What has expired of the others is for whoever reads them; an empty series is to be noted for the sweep.
  local now = redis.call('TIME')
  if not oldest or tonumber(first) < now[1] * 1000 + math.floor(now[2] / 1000) - retention then return nil end
end

local function time(i) return (struct.unpack('<d', redis.call('GETRANGE', KEYS[2], i * size, i * size + 7))) end
local late = newest and tonumber(first) <= tonumber(newest)
if late and (length == 0 or tonumber(first) < time(0)) then return nil end
if length + #points >= full * size then return 'full' end

-- Where the points begin in the tail, and what stands there after: they, and the newer ones that it has.
local at, text = length, points
local inserted, updated = #points / size, 0
if late then
  local low, high = 0, length / size
  while low < high do
    local middle = math.floor((low + high) / 2)
    if time(middle) < tonumber(first) then low = middle + 1 else high = middle end
  end
  at = low * size

  local rest, i, merged = redis.call('GETRANGE', KEYS[2], at, -1), 1, {}
  for j = 1, #points, size do
    local time, from = struct.unpack('<d', points, j), i
    while i < #rest and struct.unpack('<d', rest, i) < time do i = i + size end
    merged[#merged + 1] = string.sub(rest, from, i - 1)
    if i < #rest and struct.unpack('<d', rest, i) == time then
      inserted = inserted - 1
      if string.sub(rest, i + 8, i + 15) ~= string.sub(points, j + 8, j + 15) then updated = updated + 1 end
      i = i + size
    end
    merged[#merged + 1] = string.sub(points, j, j + size - 1)
  end
  text = table.concat(merged) .. string.sub(rest, i)
  if inserted + updated == 0 then return { generation .. '.' .. counter, 0, 0 } end
  if tonumber(last) < tonumber(newest) then last = newest end
end

redis.call('SETRANGE', KEYS[2], at, text)
redis.call('HSET', KEYS[1], 'counter', counter + 1, 'count', count + inserted, 'first', oldest or first, 'last', last,
  'change', change .. ' ' .. inserted .. ' ' .. updated .. ' ' .. (since or counter))
return { generation .. '.' .. counter + 1, inserted, updated }
