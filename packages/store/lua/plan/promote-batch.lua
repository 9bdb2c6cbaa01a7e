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
local closed = IN.batchIndex == current and cjson.decode(redis.call('HGET', K.batches, index)).status ~= nil
if index < current or closed then
  return cjson.encode({ outcome = 'unchanged', status = status })
end
local isLive = status == 'running' or status == 'paused'
if not isLive or index > current or not allows('batch', batchField('status') or 'pending', 'promote') then
  return cjson.encode({ outcome = 'illegal', status = status })
end
if batchField('promoted') then
  return cjson.encode({ outcome = 'unchanged', status = status })
end
redis.call('HSET', K.batch, 'promoted', NOW)
revise('batch.promoted', { actor = IN.actor, batchIndex = index, detail = tally() })
touch()
return cjson.encode({ outcome = 'done', status = status })
