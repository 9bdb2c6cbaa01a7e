-- An operator resumes a paused plan. Only a pause by the threshold is forgiven.
-- Input: now, actor, reason, ifRevision?, kind? (resumes only what was paused so), failureThreshold?, concurrency?,
-- allowedFailures? (of the open batch, which must still be batchIndex), retryFailed, freshTaskUuids.
-- Output: { outcome = 'done' | 'unchanged' | 'illegal' | 'moved-on', status } | { outcome = 'not-found' }
--         | { outcome = 'stale', revision }
--         | { outcome = 'more-uuids', count } (retryFailed takes so many; nothing was done)
local answer = refusal('resume')
if answer then
  return answer
end
local status, kind = header('status'), header('pauseKind')
if kind == 'rollback' then
  -- What is rolled back by its threshold does not come back.
  return cjson.encode({ outcome = 'illegal', status = status })
elseif IN.kind and kind ~= IN.kind then
  return cjson.encode({ outcome = 'unchanged', status = status })
end
-- The failed tasks of the open batch, by agent.
local failed = {}
if IN.retryFailed then
  local wanted = 0
  for _, ordinal in ipairs(redis.call('HKEYS', K.failed)) do
    local agent = loadAgent(tonumber(ordinal))
    failed[#failed + 1] = agent
    for _, task in ipairs(agent.tasks) do
      wanted = wanted + (task.status == 'failed' and 1 or 0)
    end
  end
  if wanted > #IN.freshTaskUuids then
    return cjson.encode({ outcome = 'more-uuids', count = wanted })
  end
end

-- What the resume changes, for its event.
local said = {}
if IN.reason ~= '' then
  said[1] = IN.reason
end
if IN.failureThreshold then
  if tonumber(header('currentBatch')) ~= IN.batchIndex then
    return cjson.encode({ outcome = 'moved-on', status = status })
  end
  said[#said + 1] = 'failureThreshold from ' .. header('failureThreshold') .. ' to ' .. IN.failureThreshold
  setFields(K.plan, 'failureThreshold', IN.failureThreshold)
  if batchField('status') then
    setFields(K.batch, 'allowedFailures', IN.allowedFailures)
  end
end
if IN.concurrency then
  said[#said + 1] = 'concurrency from ' .. header('concurrency') .. ' to ' .. IN.concurrency
  setFields(K.plan, 'concurrency', IN.concurrency)
end
if kind == 'threshold' then
  said[#said + 1] = #failed == 0 and batchNumber('failed') .. ' failed forgiven' or nil
  setFields(K.batch, 'forgiven', batchNumber('failed'))
end
if #failed > 0 then
  said[#said + 1] = #failed .. ' failed tried again'
  for _, agent in ipairs(failed) do
    for index, task in ipairs(agent.tasks) do
      if task.status == 'failed' then
        moveTask(agent, index, 'reopen')
        task.attemptsBefore = task.attempt
        nextAttempt(task)
      end
    end
    saveAgent(agent)
    redis.call('ZADD', K.returned, 'GT', NOW, agent.ordinal)
  end
  setFields(K.batch, 'forgiven', 0, 'status', transition('batch', batchField('status'), 'reopen'))
  dropFields(K.batch, 'observingUntil', 'promoted')
end
setFields(K.plan, 'status', transition('plan', status, 'resume'), 'resumedAt', NOW)
dropFields(K.plan, 'pausedAt', 'pauseReason', 'pauseKind')
if batchField('status') == 'observing' then
  -- An interrupted window starts anew.
  setFields(K.batch, 'observingUntil', NOW + tonumber(header('observeMs')))
  redis.call('DEL', K.heard)
end
revise('plan.resumed', { actor = IN.actor, detail = table.concat(said, ', '), batchIndex = header('currentBatch') })
if batchField('status') then
  judge()
end
touch()
return cjson.encode({ outcome = 'done', status = header('status') })
