-- What was taken did not reach the LCA, as far as is known: it is due again. What the LCA has spoken of since stays.
-- Input: now, tasks [uuid], cancel [uuid], dueAt.
-- Output: none.
for _, uuid in ipairs(IN.tasks) do
  if redis.call('SISMEMBER', K.running, uuid) == 0 then
    redis.call('ZADD', K.due, 'XX', IN.dueAt, uuid)
  end
end
for _, uuid in ipairs(IN.cancel) do
  redis.call('ZADD', K.cancelDue, 'XX', IN.dueAt, uuid)
end
