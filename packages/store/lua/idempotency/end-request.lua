-- Says how a keyed request ended, where the record is still that of its plan.
-- KEYS: [1] hash: body (digest), planId, leaseUntil (ms).
-- ARGV: [1] { planId, how ('made' | 'refused': forgotten | 'given-back': whoever comes next goes on), keptMs }
-- Output: none.
local IN = cjson.decode(ARGV[1])
if redis.call('HGET', KEYS[1], 'planId') ~= IN.planId then
  return
end
if IN.how == 'refused' then
  redis.call('DEL', KEYS[1])
elseif IN.how == 'given-back' then
  redis.call('HSET', KEYS[1], 'leaseUntil', 0)
else
  redis.call('HDEL', KEYS[1], 'leaseUntil')
  redis.call('PEXPIRE', KEYS[1], IN.keptMs)
end
