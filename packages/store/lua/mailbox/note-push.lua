-- Notes whether a push was taken. Each one in a row that was not puts the next off for twice as long.
-- Input: now, registeredAt (of what it was pushed to), fault? (why it was not taken), baseMs, maxMs, part (0 to 1).
-- Output: when it is tried again (ms) | false (it was taken, or the LCA was stated anew meanwhile)
if tonumber(redis.call('HGET', K.registration, 'registeredAt')) ~= IN.registeredAt then
  return cjson.encode(false)
end
if not IN.fault then
  redis.call('HSET', K.registration, 'failures', 0, 'lastPushedAt', NOW)
  redis.call('HDEL', K.registration, 'retryAt', 'lastFault')
  return cjson.encode(false)
end
local failures = redis.call('HINCRBY', K.registration, 'failures', 1)
local longest = math.min(IN.baseMs * 2 ^ math.min(failures - 1, 30), IN.maxMs)
local retryAt = math.floor(NOW + longest * IN.part)
redis.call('HSET', K.registration, 'retryAt', string.format('%.17g', retryAt), 'lastFault', IN.fault)
return cjson.encode(retryAt)
