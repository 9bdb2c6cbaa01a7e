-- An operator resumes a paused plan. Only a pause by the threshold is forgiven.
-- Input: now, actor, detail, failureThreshold?, concurrency?, allowedFailures? (of the open batch, which must
-- still be batchIndex).
-- Output: { outcome = 'done' | 'unchanged' | 'illegal' | 'moved-on', status } | { outcome = 'not-found' }
if not isVisible() then
  return cjson.encode({ outcome = 'not-found' })
end
local status = header('status')
if not allows('plan', status, 'resume') then
  return cjson.encode({ outcome = 'illegal', status = status })
end
local to = transition('plan', status, 'resume')
if to == status then
  return cjson.encode({ outcome = 'unchanged', status = status })
end
if IN.failureThreshold then
  if tonumber(header('currentBatch')) ~= IN.batchIndex then
    return cjson.encode({ outcome = 'moved-on', status = status })
  end
  redis.call('HSET', K.plan, 'failureThreshold', IN.failureThreshold)
  if batchField('status') then
    redis.call('HSET', K.batch, 'allowedFailures', IN.allowedFailures)
  end
end
if IN.concurrency then
  redis.call('HSET', K.plan, 'concurrency', IN.concurrency)
end
if header('pauseKind') == 'threshold' then
  redis.call('HSET', K.batch, 'forgiven', batchNumber('failed'))
end
redis.call('HSET', K.plan, 'status', to, 'resumedAt', NOW)
redis.call('HDEL', K.plan, 'pausedAt', 'pauseReason', 'pauseKind')
if batchField('status') == 'observing' then
  -- An interrupted window starts anew.
  redis.call('HSET', K.batch, 'observingUntil', NOW + tonumber(header('observeMs')))
  redis.call('DEL', K.heard)
end
revise('plan.resumed', { actor = IN.actor, detail = IN.detail, batchIndex = header('currentBatch') })
touch()
return cjson.encode({ outcome = 'done', status = to })
