-- Says what an LCA that does one thing at a time is to do now: drop a task, or else carry one out. Nobody is handed
-- anything by that.
-- Input: now, cancelTimeoutMs (a cancellation that is not answered for so long is offered no more).
-- Output: { tasks? = [lifecycle task], dropped? = [uuid] (withdrawn, and not ended as far as is known), running? = [uuid],
--           cancel? (uuid), isBlocked (nothing new is to be begun), device? = name -> text }
local cancel
local dropped = {}
local isBlocked = false
local remembered = redis.call('HGETALL', K.cancelled)
for i = 1, #remembered, 2 do
  local uuid, entry = remembered[i], cjson.decode(remembered[i + 1])
  if entry.forgetAt <= NOW then
    redis.call('HDEL', K.cancelled, uuid)
    redis.call('ZREM', K.cancelDue, uuid)
  else
    dropped[#dropped + 1] = uuid
    if (entry.goesOnUntil or 0) > NOW then
      isBlocked = true
    elseif redis.call('ZSCORE', K.cancelDue, uuid) then
      local withdrawnAt = entry.blockUntil - BLOCK_INSTANCE_MS
      if withdrawnAt + IN.cancelTimeoutMs <= NOW then
        redis.call('ZREM', K.cancelDue, uuid)
      elseif not cancel or uuid < cancel then
        cancel = uuid
      end
    end
  end
end
local tasks = {}
for _, text in ipairs(redis.call('HVALS', K.tasks)) do
  tasks[#tasks + 1] = cjson.decode(text)
end
local running = redis.call('SMEMBERS', K.running)
local device, flat = nil, redis.call('HGETALL', K.device)
for i = 1, #flat, 2 do
  device = device or {}
  device[flat[i]] = flat[i + 1]
end
return cjson.encode({
  tasks = #tasks > 0 and tasks or nil,
  dropped = #dropped > 0 and dropped or nil,
  running = #running > 0 and running or nil,
  cancel = cancel,
  isBlocked = isBlocked,
  device = device,
})
