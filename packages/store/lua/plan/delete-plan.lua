-- Deletes an ended plan, once every LCA has been told what it is to drop.
-- Input: ifRevision?.
-- Output: { outcome = 'done' | 'illegal' | 'withdraw-first', status } | { outcome = 'not-found' }
--         | { outcome = 'stale', revision }
local answer = misdirected()
if answer then
  return answer
end
local status = header('status')
if status ~= 'completed' and status ~= 'failed' and status ~= 'cancelled' then
  return cjson.encode({ outcome = 'illegal', status = status })
end
if redis.call('HLEN', K.withdrawals) > 0 then
  return cjson.encode({ outcome = 'withdraw-first', status = status })
end
removeKeys(unpack(allKeys()))
return cjson.encode({ outcome = 'done', status = status })
