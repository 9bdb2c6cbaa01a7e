-- Says how many instances of one bucket run which version. What it has counted once is kept up to date by whoever
-- writes a record, until it expires: an older version that works beside this one does not know of it.
-- KEYS: [1] hash agentId -> record (JSON), [2] hash of how many instances run which version.
-- ARGV: [1] milliseconds for which the counts are kept.
-- Output: { how many agents there are, { [componentName, version, release] (JSON), instances, ... } }
if redis.call('EXISTS', KEYS[2]) == 0 then
  for _, record in ipairs(redis.call('HVALS', KEYS[1])) do
    tallyVersions(KEYS[2], record, 1)
  end
  redis.call('PEXPIRE', KEYS[2], ARGV[1])
end
return { redis.call('HLEN', KEYS[1]), redis.call('HGETALL', KEYS[2]) }
