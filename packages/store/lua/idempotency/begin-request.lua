-- Takes the record of an idempotency key, or says whose it is: the first thing that a keyed request writes.
-- KEYS: [1] hash: body (digest), planId, leaseUntil (ms; 0: given back; not there: the plan was made).
-- ARGV: [1] { now, body, planId, leaseUntil, keptMs, instead? (a plan id of the record that never came to be,
--       and never will: this request's takes its place) }
-- Output: { outcome = 'begun' | 'reused' } | { outcome = 'made' | 'under-way' | 'broken-off', planId, isGivenBack }
local IN = cjson.decode(ARGV[1])
local body, planId, leaseUntil = unpack(redis.call('HMGET', KEYS[1], 'body', 'planId', 'leaseUntil'))
if body and body ~= IN.body then
  return cjson.encode({ outcome = 'reused' })
end
if planId and planId ~= IN.instead then
  local outcome = 'made'
  if leaseUntil then
    outcome = tonumber(leaseUntil) >= IN.now and 'under-way' or 'broken-off'
  end
  return cjson.encode({ outcome = outcome, planId = planId, isGivenBack = leaseUntil == '0' })
end
redis.call('HSET', KEYS[1], 'body', IN.body, 'planId', IN.planId, 'leaseUntil', IN.leaseUntil)
redis.call('PEXPIRE', KEYS[1], IN.keptMs)
return cjson.encode({ outcome = 'begun' })
