-- Starts a plan that is pending.
-- Input: now, actor, ifRevision?.
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
if not allows('plan', status, 'start') then
  return cjson.encode({ outcome = 'illegal', status = status })
end
local to = transition('plan', status, 'start')
if to == status then
  return cjson.encode({ outcome = 'unchanged', status = status })
end
redis.call('HSET', K.plan, 'status', to, 'startedAt', NOW)
revise('plan.started', { actor = IN.actor })
touch()
return cjson.encode({ outcome = 'done', status = to })
