-- Makes a reserved plan visible, once every agent is claimed and written.
-- Input: now, header (name -> text), batches [JSON], actor.
-- Output: 'published' | 'abandoned' (the reservation is gone)
if header('status') ~= 'creating' then
  return cjson.encode('abandoned')
end
for name, value in pairs(IN.header) do
  setFields(K.plan, name, value)
end
for index, batch in ipairs(IN.batches) do
  redis.call('HSET', K.batches, index - 1, batch)
end
dropFields(K.plan, 'leaseUntil')
setFields(K.plan, 'status', 'pending', 'currentBatch', 0, 'revision', 0, 'changes', 0, 'changedAt', NOW)
revise('plan.created', { actor = IN.actor })
return cjson.encode('published')
