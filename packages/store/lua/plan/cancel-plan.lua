-- An operator cancels a plan. What its LCAs have is noted for withdrawal; everything else that is unfinished is
-- shown as cancelled without being rewritten.
-- Input: now, actor, reason, ifRevision?.
-- Output: { outcome = 'done' | 'unchanged' | 'illegal', status } | { outcome = 'not-found' }
--         | { outcome = 'stale', revision }
local answer = refusal('cancel')
if answer then
  return answer
end
local to = transition('plan', header('status'), 'cancel')
for _, entry in ipairs(redis.call('ZRANGE', K.deadlines, 0, -1)) do
  local ordinal, index = parseEntry(entry)
  withdraw(loadAgent(ordinal), index)
end
redis.call('DEL', K.open, K.outbox, K.deadlines, K.returned, K.unanswered)
setFields(K.plan, 'status', to, 'completedAt', NOW)
dropFields(K.plan, 'pausedAt', 'pauseReason', 'pauseKind')
revise('plan.cancelled', { actor = IN.actor, detail = IN.reason })
touch()
return cjson.encode({ outcome = 'done', status = to })
