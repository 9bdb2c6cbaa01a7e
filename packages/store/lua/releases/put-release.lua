-- Writes a release's record, or removes it, where nothing changed since it and its users were read.
-- KEYS: [1] hash release -> record (JSON), [2] hash release -> plans that have it for a target, [3] zset: all releases.
-- ARGV: [1] the release, [2] the record as it was read or '', [3] the plans as they were read or '', [4] the new
--       record, or '' to remove it; [5] '1': it is shown, '0': it is only remembered.
-- Output: 1 written | 0 something changed, read it again
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] or (redis.call('HGET', KEYS[2], ARGV[1]) or '') ~= ARGV[3] then
  return 0
end
if ARGV[4] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[4])
end
if ARGV[5] == '1' then
  redis.call('ZADD', KEYS[3], 0, ARGV[1])
else
  redis.call('ZREM', KEYS[3], ARGV[1])
end
return 1
