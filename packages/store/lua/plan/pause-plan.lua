-- An operator pauses a plan, or all that run.
-- Input: now, actor, reason, ifRevision?, kind ('operator' | 'stop': by the emergency stop).
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
if not allows('plan', status, 'pause') then
  return cjson.encode({ outcome = 'illegal', status = status })
end
if transition('plan', status, 'pause') == status then
  return cjson.encode({ outcome = 'unchanged', status = status })
end
pause('pause', IN.kind, IN.reason, IN.actor)
touch()
return cjson.encode({ outcome = 'done', status = header('status') })
