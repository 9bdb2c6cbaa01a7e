-- Writes agents' records, or deletes them, each where nothing changed since it was read.
-- KEYS: [1] hash agentId -> record (JSON), [2] hash agentId -> its plans, newest first, [3] hash of how many instances
--       run which version.
-- ARGV: for each agent four: agentId, the record as it was read or '', the plans as they were read or '', the new
--       record, or '' to delete it.
-- Output: for each agent 1 written | 0 something changed, read it again
local answers = {}
for i = 1, #ARGV, 4 do
  local agentId, record, plans, new = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local isAsRead = (redis.call('HGET', KEYS[1], agentId) or '') == record
    and (redis.call('HGET', KEYS[2], agentId) or '') == plans
  if isAsRead and new == '' then
    redis.call('HDEL', KEYS[1], agentId)
    redis.call('HDEL', KEYS[2], agentId)
  elseif isAsRead then
    redis.call('HSET', KEYS[1], agentId, new)
  end
  if isAsRead then
    retallyVersions(KEYS[3], record, new)
  end
  answers[#answers + 1] = isAsRead and 1 or 0
end
return answers
