-- Opens the current batch of a running plan.
-- Input: now, batchIndex, failureThreshold (as text: which allowedFailures was computed from), allowedFailures.
-- Output: 'done' | 'unchanged'
if header('status') ~= 'running' or tonumber(header('currentBatch')) ~= IN.batchIndex
  or header('failureThreshold') ~= IN.failureThreshold or next(rowOf(K.batch).fields) then
  return cjson.encode('unchanged')
end
local planned = cjson.decode(redis.call('HGET', K.batches, IN.batchIndex))
setFields(K.batch,
  'status', transition('batch', 'pending', 'open'), 'first', planned.first, 'size', planned.size,
  'cursor', 0, 'allowedFailures', IN.allowedFailures, 'forgiven', 0,
  'pending', planned.size - planned.skipped, 'skipped', planned.skipped,
  'running', 0, 'completed', 0, 'failed', 0, 'cancelled', 0,
  'startedAt', NOW, 'sweptAt', NOW)
revise('batch.started', { batchIndex = IN.batchIndex, actor = 'gradus' })
touch()
return cjson.encode('done')
