-- Puts a lifecycle task into the mailbox; one that was withdrawn stays out.
-- Input: now, task, channel (told that there is something).
-- Output: whether it is to be pushed.
local uuid = IN.task.lifecycleTaskUuid
if redis.call('HEXISTS', K.cancelled, uuid) == 1 then
  return cjson.encode(false)
end
if redis.call('HSETNX', K.tasks, uuid, cjson.encode(IN.task)) == 1 then
  redis.call('ZADD', K.due, 0, uuid)
end
tell()
return cjson.encode(isPushed())
