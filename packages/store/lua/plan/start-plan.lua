-- Starts a plan that is pending.
-- Input: now, actor, ifRevision?.
-- Output: { outcome = 'done' | 'unchanged' | 'illegal', status } | { outcome = 'not-found' }
--         | { outcome = 'stale', revision }
local answer = refusal('start')
if answer then
  return answer
end
local to = transition('plan', header('status'), 'start')
setFields(K.plan, 'status', to, 'startedAt', NOW)
revise('plan.started', { actor = IN.actor })
touch()
return cjson.encode({ outcome = 'done', status = to })
