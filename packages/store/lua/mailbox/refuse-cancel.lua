-- The LCA goes on with a task that was withdrawn: it is not told again, and nothing new is to be begun for a while.
-- Input: now, lifecycleTaskUuid, goesOnMs.
-- Output: none.
local text = redis.call('HGET', K.cancelled, IN.lifecycleTaskUuid)
if not text then
  return
end
local entry = cjson.decode(text)
entry.goesOnUntil = NOW + IN.goesOnMs
redis.call('HSET', K.cancelled, IN.lifecycleTaskUuid, cjson.encode(entry))
redis.call('ZREM', K.cancelDue, IN.lifecycleTaskUuid)
