-- Hands one task out to an LCA that has asked for it by name.
-- Input: now, lifecycleTaskUuid.
-- Output: true | false (the mailbox does not have it any more)
local uuid = IN.lifecycleTaskUuid
if redis.call('HEXISTS', K.tasks, uuid) == 0 then
  return cjson.encode(false)
end
redis.call('SADD', K.handedOut, uuid)
return cjson.encode(true)
