-- Reserves a plan's id, so that agents can be claimed for it; nobody sees it yet.
-- Input: planId, leaseUntil (ms).
-- Output: 'reserved' | 'taken'
if next(rowOf(K.plan).fields) then
  return cjson.encode('taken')
end
setFields(K.plan, 'id', IN.planId, 'schema', PLAN_SCHEMA, 'status', 'creating', 'leaseUntil', IN.leaseUntil)
return cjson.encode('reserved')
