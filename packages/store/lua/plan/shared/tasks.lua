-- What every script on a plan shares: one task moved, with all that hangs on it.
-- KEYS: none of its own.

local OVERDUE_MS = 10000

local function taskEvent(type, agent, task, detail)
  emit(K.taskEvents, type, {
    batchIndex = header('currentBatch'),
    agentId = describe(agent)[1],
    lifecycleTaskUuid = task.lifecycleTaskUuid,
    detail = detail or '',
  })
end

-- An attempt at a task has ended: how, why where it failed, and how long it took.
local function noteOutcome(type, reason, task)
  note({
    type = type,
    reason = reason,
    sinceReleaseMs = task.releasedAt and NOW - task.releasedAt,
    sinceDispatchMs = task.releasedAt and task.dispatchedAt and NOW - task.dispatchedAt,
  })
end

-- Moves one task, and with it its places in the outbox and among the deadlines.
-- Returns whether its state changed.
local function moveTask(agent, index, event, detail, reason)
  local task = agent.tasks[index]
  local to = transition('task', task.status, event)
  if to == task.status then
    return false
  end
  local from = task.status
  local entry = entryOf(agent.ordinal, index, task)
  task.status = to
  if to == 'queued' then
    task.releasedAt = NOW
    redis.call('ZADD', K.outbox, NOW + OVERDUE_MS, entry)
    return true
  end
  -- A dispatched task stays in the outbox until its mailbox has it.
  if to == 'dispatched' then
    note({ type = 'task.dispatched', sinceReleaseMs = task.releasedAt and NOW - task.releasedAt })
  else
    redis.call('ZREM', K.outbox, entry)
  end
  if to == 'completed' or to == 'failed' then
    noteOutcome('task.' .. to, reason, task)
  end
  if to ~= 'dispatched' and to ~= 'running' then
    task.releasedAt = nil
  end
  if to == 'dispatched' or (to == 'running' and from == 'queued') then
    task.dispatchedAt = NOW
    redis.call('ZADD', K.deadlines, NOW + tonumber(header('taskTimeoutMs')), entry)
  elseif to ~= 'running' then
    redis.call('ZREM', K.deadlines, entry)
  end
  if to == 'completed' or to == 'failed' then
    task.completedAt = NOW
    task.error = to == 'failed' and detail or nil
    setFields(K.batch, 'lastOutcomeAt', NOW)
  end
  if to ~= 'pending' then
    taskEvent('task.' .. to, agent, task, detail)
  end
  return true
end

local function nextAttempt(task)
  task.attempt = task.attempt + 1
  task.lifecycleTaskUuid = table.remove(IN.freshTaskUuids) or error('NO_FRESH_TASK_UUID')
  task.error = nil
  task.saidCompletedAt = nil
  task.dispatchedAt = nil
  task.completedAt = nil
end

-- The attempt failed: the task is tried again later, or has failed for good.
local function failTask(agent, index, message, reason)
  local task = agent.tasks[index]
  -- The attempts before an operator had it tried again do not count.
  local tries = task.attempt - (task.attemptsBefore or 0)
  if tries >= tonumber(header('maxAttempts')) then
    return moveTask(agent, index, 'fail', message, reason)
  end
  if not allows('task', task.status, 'retry') then
    return false
  end
  taskEvent('task.failed', agent, task, message)
  noteOutcome('task.retried', reason, task)
  moveTask(agent, index, 'retry')
  local dueAt = NOW + math.min(IN.retryBaseMs * 2 ^ (tries - 1), IN.retryMaxMs)
  nextAttempt(task)
  task.error = message
  redis.call('ZADD', K.returned, 'GT', dueAt, agent.ordinal)
  return true
end

local function withdraw(agent, index)
  local static = describe(agent)
  local uuid = agent.tasks[index].lifecycleTaskUuid
  redis.call('HSET', K.withdrawals, uuid, cjson.encode({
    lifecycleTaskUuid = uuid,
    lcaUuid = static[3],
    componentInstanceUuid = static[4][index][2],
  }))
end
