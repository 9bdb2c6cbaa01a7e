-- Ends a plan that is rolled back by its threshold, once nothing of it is open.
-- Input: now, rollbackPlanId (whose making it was decided on), error, detail.
-- Output: 'done' | 'unchanged'
local status = header('status')
if not status or header('pauseKind') ~= 'rollback' or redis.call('SCARD', K.open) > 0
  or header('rollbackPlanId') ~= IN.rollbackPlanId
  or not allows('plan', status, 'fail') then
  return cjson.encode('unchanged')
end
setFields(K.plan, 'status', transition('plan', status, 'fail'), 'completedAt', NOW, 'error', IN.error)
dropFields(K.plan, 'pausedAt', 'pauseReason', 'pauseKind')
redis.call('DEL', K.outbox, K.deadlines, K.returned, K.unanswered)
revise('plan.failed', { actor = 'gradus', detail = IN.detail, batchIndex = header('currentBatch') })
touch()
return cjson.encode('done')
