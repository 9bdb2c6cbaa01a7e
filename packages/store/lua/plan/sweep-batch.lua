-- Judges the open batch's deadlines, and finds what waits in the outbox for too long.
-- Input: now, batchIndex, judgeUntil (ms: later deadlines are left alone), dispatchedUntil (ms: the jobs of tasks that
-- were released later may still wait for their turn), awayMs (a gap between two sweeps from which on deadlines are
-- extended by it), retryBaseMs, retryMaxMs, freshTaskUuids.
-- Output: { released? = [order], overdue? = [order], lookNow }
if tonumber(header('currentBatch') or -1) ~= IN.batchIndex or not batchField('sweptAt') then
  return cjson.encode({ lookNow = false })
end
local status = header('status')
if status ~= 'running' and status ~= 'paused' then
  return cjson.encode({ lookNow = false })
end

local away = NOW - batchNumber('sweptAt')
if away > IN.awayMs then
  for _, entry in ipairs(redis.call('ZRANGE', K.deadlines, 0, -1)) do
    redis.call('ZINCRBY', K.deadlines, away, entry)
  end
  touch()
end
-- A sweep that comes late must not make the time since look longer than it was.
if away > 0 then
  setFields(K.batch, 'sweptAt', NOW)
end

local most = #IN.freshTaskUuids
local due = redis.call('ZRANGEBYSCORE', K.deadlines, '-inf', IN.judgeUntil, 'LIMIT', 0, most)
for _, entry in ipairs(due) do
  local ordinal, index = parseEntry(entry)
  local agent = loadAgent(ordinal)
  local task = agent.tasks[index]
  withdraw(agent, index)
  local isSaid = task.saidCompletedAt ~= nil
  local message = isSaid and 'upgrade failed: not confirmed' or 'upgrade failed: timeout'
  failTask(agent, index, message, isSaid and 'not-confirmed' or 'timeout')
  saveAgent(agent)
end
if #due > 0 then
  judge()
  touch()
end

local overdue = {}
for _, entry in ipairs(redis.call('ZRANGEBYSCORE', K.outbox, '-inf', NOW, 'LIMIT', 0, VISITS_AT_MOST)) do
  local ordinal, index = parseEntry(entry)
  local agent = loadAgent(ordinal)
  if agent.tasks[index].releasedAt <= IN.dispatchedUntil then
    overdue[#overdue + 1] = orderOf(agent, index)
  end
  redis.call('ZADD', K.outbox, NOW + OVERDUE_MS, entry)
end

local orders = #due > 0 and release() or {}
return cjson.encode({
  released = #orders > 0 and orders or nil,
  overdue = #overdue > 0 and overdue or nil,
  lookNow = shouldLook() or #due == most,
})
