-- Writes an agent's record, or deletes it, where nothing changed since it was read.
-- KEYS: [1] hash agentId -> record (JSON), [2] hash agentId -> its plans, newest first, [3] hash of how many instances
--       run which version.
-- ARGV: [1] agentId, [2] the record as it was read or '', [3] the plans as they were read or '', [4] the new
--       record, or '' to delete it.
-- Output: 1 written | 0 something changed, read it again
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] or (redis.call('HGET', KEYS[2], ARGV[1]) or '') ~= ARGV[3] then
  return 0
end
if ARGV[4] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('HDEL', KEYS[2], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[4])
end
retallyVersions(KEYS[3], ARGV[2], ARGV[4])
return 1
