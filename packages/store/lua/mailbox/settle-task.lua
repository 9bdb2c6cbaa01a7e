-- The LCA reported of a task: it runs, or it has ended and is not handed out any more.
-- Input: now, lifecycleTaskUuid, outcome ('running' | 'ended'), runningAgainMs.
-- Output: none.
local uuid = IN.lifecycleTaskUuid
if IN.outcome == 'ended' then
  forget(uuid)
  redis.call('HDEL', K.cancelled, uuid)
  redis.call('ZREM', K.cancelDue, uuid)
elseif redis.call('HEXISTS', K.tasks, uuid) == 1 then
  redis.call('SADD', K.running, uuid)
  redis.call('ZADD', K.due, NOW + IN.runningAgainMs, uuid)
end
