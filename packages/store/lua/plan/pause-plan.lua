-- An operator pauses a plan, or all that run.
-- Input: now, actor, reason, ifRevision?, kind ('operator' | 'stop': by the emergency stop).
-- Output: { outcome = 'done' | 'unchanged' | 'illegal', status } | { outcome = 'not-found' }
--         | { outcome = 'stale', revision }
local answer = refusal('pause')
if answer then
  return answer
end
pause('pause', IN.kind, IN.reason, IN.actor)
touch()
return cjson.encode({ outcome = 'done', status = header('status') })
