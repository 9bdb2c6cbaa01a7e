-- What is to be decided on: the header and the current batch's numbers, never its tasks.
-- Input: none.
-- Output: { plan (name -> text), planned (of the current batch), batch (name -> text), open, returned,
--           nextReturnAt?, nextDeadlineAt?, nextOutboxAt?, withdrawals } | false
if not isVisible() then
  return cjson.encode(false)
end

local function earliest(key)
  return tonumber(redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2])
end

return cjson.encode({
  plan = rowOf(K.plan).fields,
  planned = cjson.decode(redis.call('HGET', K.batches, header('currentBatch'))),
  batch = rowOf(K.batch).fields,
  open = redis.call('SCARD', K.open),
  returned = redis.call('ZCARD', K.returned),
  nextReturnAt = earliest(K.returned),
  nextDeadlineAt = earliest(K.deadlines),
  nextOutboxAt = earliest(K.outbox),
  withdrawals = redis.call('HLEN', K.withdrawals),
})
