-- An operator ends the observe window and the gate of the observing batch together.
-- Input: now, actor, ifRevision?, batchIndex? (default: the current one).
-- Output: { outcome = 'done' | 'unchanged' | 'illegal', status } | { outcome = 'not-found' }
--         | { outcome = 'stale', revision }
local answer = misdirected()
if answer then
  return answer
end
local status, current = header('status'), tonumber(header('currentBatch'))
local index = IN.batchIndex or current
local isLive = status == 'running' or status == 'paused'
-- Of a batch that is closed, what it has closed as.
local closed = cjson.decode(redis.call('HGET', K.batches, index) or '{}').status
local batch = closed or (isLive and index == current and batchField('status')) or 'pending'
-- A plan that has ended has no current batch to promote.
if not allows('batch', batch, 'promote') or (closed and not IN.batchIndex) then
  return cjson.encode({ outcome = 'illegal', status = status })
end
if closed or batchField('promoted') then
  return cjson.encode({ outcome = 'unchanged', status = status })
end
setFields(K.batch, 'promoted', NOW)
revise('batch.promoted', { actor = IN.actor, batchIndex = index, detail = tally() })
touch()
return cjson.encode({ outcome = 'done', status = status })
