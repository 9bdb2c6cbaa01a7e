-- Closes the observed batch, and with the last one the plan.
-- Input: now, batchIndex, event ('close' | 'fail'), failed (the count it was decided on).
-- Output: 'done' | 'unchanged'
if header('status') ~= 'running' or tonumber(header('currentBatch')) ~= IN.batchIndex
  or batchField('status') ~= 'observing' or batchNumber('failed') ~= IN.failed then
  return cjson.encode('unchanged')
end
local observingUntil = batchNumber('observingUntil')
if not batchField('promoted') and NOW < observingUntil then
  return cjson.encode('unchanged')
end
local to = transition('batch', 'observing', IN.event)
local completed = batchNumber('completed')
local unconfirmed = completed - redis.call('SCARD', K.heard)
local detail = to .. ': ' .. tally() .. ', ' .. unconfirmed .. ' unconfirmed'
redis.call('HSET', K.batches, IN.batchIndex, cjson.encode({
  first = batchNumber('first'), size = batchNumber('size'), status = to,
  pending = 0, running = 0, completed = completed, failed = batchNumber('failed'),
  skipped = batchNumber('skipped'), cancelled = batchNumber('cancelled'),
  allowedFailures = batchNumber('allowedFailures'), forgiven = batchNumber('forgiven'),
  unconfirmed = unconfirmed,
  startedAt = batchNumber('startedAt'), observingUntil = observingUntil, completedAt = NOW,
}))
removeKeys(K.batch, K.open, K.outbox, K.deadlines, K.returned, K.heard, K.failed, K.unanswered)
revise('batch.completed', { batchIndex = IN.batchIndex, actor = 'gradus', detail = detail })
if IN.batchIndex == tonumber(header('batchCount')) - 1 then
  setFields(K.plan, 'status', transition('plan', 'running', 'complete'), 'completedAt', NOW)
  revise('plan.completed', { actor = 'gradus' })
else
  setFields(K.plan, 'currentBatch', IN.batchIndex + 1)
end
touch()
return cjson.encode('done')
