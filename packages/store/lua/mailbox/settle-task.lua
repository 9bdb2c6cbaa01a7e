-- The LCA reported of a task: it runs, or it has ended and is not handed out any more.
-- Input: now, lifecycleTaskUuid, outcome ('running' | 'ended'), runningAgainMs, isTraced.
-- Output: the traceparent of its dispatch, where that was traced and is asked for; else none.
local uuid = IN.lifecycleTaskUuid
local task = IN.isTraced and redis.call('HGET', K.tasks, uuid)
if IN.outcome == 'ended' then
  forget(uuid)
  if redis.call('HDEL', K.cancelled, uuid) == 1 then
    -- What was put off because of it is free.
    for _, blocked in ipairs(redis.call('ZRANGEBYSCORE', K.due, '(' .. NOW, '+inf')) do
      if redis.call('SISMEMBER', K.handedOut, blocked) == 0 then
        redis.call('ZADD', K.due, 0, blocked)
      end
    end
  end
  redis.call('ZREM', K.cancelDue, uuid)
elseif redis.call('HEXISTS', K.tasks, uuid) == 1 then
  redis.call('SADD', K.running, uuid)
  redis.call('ZADD', K.due, NOW + IN.runningAgainMs, uuid)
end
if task then
  return cjson.encode(cjson.decode(task).traceparent)
end
