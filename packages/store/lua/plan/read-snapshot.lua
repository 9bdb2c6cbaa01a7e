-- What is to be decided on: the header and the current batch's numbers, never its tasks.
-- Input: none.
-- Output: { plan (name -> text), planned (of the current batch), batch (name -> text), open, returned,
--           nextReturnAt?, nextDeadlineAt?, nextOutboxAt?, withdrawals } | false
if not isVisible() then
  return cjson.encode(false)
end

local function tableOf(flat)
  local fields = {}
  for i = 1, #flat, 2 do
    fields[flat[i]] = flat[i + 1]
  end
  return fields
end

local function earliest(key)
  return tonumber(redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2])
end

return cjson.encode({
  plan = tableOf(redis.call('HGETALL', K.plan)),
  planned = cjson.decode(redis.call('HGET', K.batches, header('currentBatch'))),
  batch = tableOf(redis.call('HGETALL', K.batch)),
  open = redis.call('SCARD', K.open),
  returned = redis.call('ZCARD', K.returned),
  nextReturnAt = earliest(K.returned),
  nextDeadlineAt = earliest(K.deadlines),
  nextOutboxAt = earliest(K.outbox),
  withdrawals = redis.call('HLEN', K.withdrawals),
})
