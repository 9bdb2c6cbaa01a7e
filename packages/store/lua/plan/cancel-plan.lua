-- An operator cancels a plan. What its LCAs have is noted for withdrawal; everything else that is unfinished is
-- shown as cancelled without being rewritten.
-- Input: now, actor, reason, ifRevision?.
-- Output: { outcome = 'done' | 'unchanged' | 'illegal', status } | { outcome = 'not-found' }
--         | { outcome = 'stale', revision }
if not isVisible() then
  return cjson.encode({ outcome = 'not-found' })
end
local stale = refuseStale()
if stale then
  return stale
end
local status = header('status')
if not allows('plan', status, 'cancel') then
  return cjson.encode({ outcome = 'illegal', status = status })
end
local to = transition('plan', status, 'cancel')
if to == status then
  return cjson.encode({ outcome = 'unchanged', status = status })
end
for _, entry in ipairs(redis.call('ZRANGE', K.deadlines, 0, -1)) do
  local ordinal, index = parseEntry(entry)
  withdraw(loadAgent(ordinal), index)
end
redis.call('DEL', K.open, K.outbox, K.deadlines, K.returned, K.unanswered)
redis.call('HSET', K.plan, 'status', to, 'completedAt', NOW)
redis.call('HDEL', K.plan, 'pausedAt', 'pauseReason', 'pauseKind')
revise('plan.cancelled', { actor = IN.actor, detail = IN.reason })
touch()
return cjson.encode({ outcome = 'done', status = to })
