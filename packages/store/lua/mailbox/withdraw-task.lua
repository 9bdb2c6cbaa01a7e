-- Withdraws a task: out of the mailbox where the LCA has not been handed it, else the LCA is told to cancel it.
-- Remembered either way, so that a late put cannot bring it back.
-- Input: now, lifecycleTaskUuid, componentInstanceUuid, channel.
-- Output: whether its cancellation is to be pushed.
local uuid = IN.lifecycleTaskUuid
if redis.call('HEXISTS', K.cancelled, uuid) == 1 then
  return cjson.encode(redis.call('ZSCORE', K.cancelDue, uuid) ~= false and isPushed())
end
local handedOut = redis.call('SISMEMBER', K.handedOut, uuid) == 1
forget(uuid)
redis.call('HSET', K.cancelled, uuid, cjson.encode({
  componentInstanceUuid = IN.componentInstanceUuid,
  blockUntil = handedOut and NOW + BLOCK_INSTANCE_MS or 0,
  forgetAt = NOW + (handedOut and FORGET_CANCEL_MS or FORGET_UNSEEN_MS),
}))
if handedOut then
  redis.call('ZADD', K.cancelDue, 0, uuid)
  tell()
end
return cjson.encode(handedOut and isPushed())
