-- Hands out what is due: tasks, and cancellations. An instance whose cancellation is open gets no new task for
-- some minutes.
-- Input: now, limit, dispatchedAgainMs, runningAgainMs.
-- Output: { tasks? = [lifecycle task], cancel? = [uuid], nextDueAt? (ms: when there is something again) }
local blocked = {}
local remembered = redis.call('HGETALL', K.cancelled)
for i = 1, #remembered, 2 do
  local entry = cjson.decode(remembered[i + 1])
  if entry.forgetAt <= NOW then
    redis.call('HDEL', K.cancelled, remembered[i])
    redis.call('ZREM', K.cancelDue, remembered[i])
  elseif entry.blockUntil > NOW then
    blocked[entry.componentInstanceUuid] = math.max(entry.blockUntil, blocked[entry.componentInstanceUuid] or 0)
  end
end

local cancel = redis.call('ZRANGEBYSCORE', K.cancelDue, '-inf', NOW, 'LIMIT', 0, IN.limit)
for _, uuid in ipairs(cancel) do
  redis.call('ZADD', K.cancelDue, NOW + CANCEL_AGAIN_MS, uuid)
end

local tasks = {}
for _, uuid in ipairs(redis.call('ZRANGEBYSCORE', K.due, '-inf', NOW, 'LIMIT', 0, IN.limit)) do
  local task = cjson.decode(redis.call('HGET', K.tasks, uuid))
  local blockUntil = blocked[task.componentInstanceUuid]
  if blockUntil then
    -- Out of the way of what is free.
    redis.call('ZADD', K.due, blockUntil, uuid)
  else
    local again = redis.call('SISMEMBER', K.running, uuid) == 1 and IN.runningAgainMs or IN.dispatchedAgainMs
    redis.call('ZADD', K.due, NOW + again, uuid)
    redis.call('SADD', K.handedOut, uuid)
    tasks[#tasks + 1] = task
  end
end
local nextDueAt
for _, key in ipairs({ K.due, K.cancelDue }) do
  local at = tonumber(redis.call('ZRANGEBYSCORE', key, '(' .. NOW, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)[2])
  if at and (not nextDueAt or at < nextDueAt) then
    nextDueAt = at
  end
end
return cjson.encode({
  tasks = #tasks > 0 and tasks or nil,
  cancel = #cancel > 0 and cancel or nil,
  nextDueAt = nextDueAt,
})
