-- Reserves a plan's id, so that agents can be claimed for it; nobody sees it yet.
-- Input: planId, leaseUntil (ms).
-- Output: 'reserved' | 'taken'
if redis.call('EXISTS', K.plan) == 1 then
  return cjson.encode('taken')
end
redis.call('HSET', K.plan, 'id', IN.planId, 'schema', PLAN_SCHEMA, 'status', 'creating', 'leaseUntil', IN.leaseUntil)
return cjson.encode('reserved')
