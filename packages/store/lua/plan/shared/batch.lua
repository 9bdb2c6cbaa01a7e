-- What every script on a plan shares: releasing agents, pausing, and the threshold.
-- KEYS: none of its own.

-- An agent visited for release costs some microseconds; a script must not hold Redis for long, whatever calls it has.
local VISITS_AT_MOST = 200
local visits = 0

local function orderOf(agent, index)
  local static = describe(agent)
  local task = agent.tasks[index]
  return {
    planId = header('id'),
    batchIndex = tonumber(header('currentBatch')),
    agentId = static[1],
    lcaUuid = static[3],
    lifecycleTaskUuid = task.lifecycleTaskUuid,
    outboxEntry = entryOf(agent.ordinal, index, task),
    releasedAt = task.releasedAt,
  }
end

-- Releases an agent's tasks together. Returns whether there was any to release.
local function releaseAgent(ordinal, orders)
  local agent = loadAgent(ordinal)
  local any = false
  for index, task in ipairs(agent.tasks) do
    if task.status == 'skipped' and not isOnTarget(agent, index) then
      moveTask(agent, index, 'unskip')
    end
    if task.status == 'pending' then
      moveTask(agent, index, 'release')
      orders[#orders + 1] = orderOf(agent, index)
      any = true
    end
  end
  if any then
    saveAgent(agent)
  end
  return any
end

-- Releases agents into the free slots, which are counted from the sets. Returns the dispatch orders.
local function release()
  local orders = {}
  if header('status') ~= 'running' or batchField('status') ~= 'running' then
    return orders
  end
  local free = tonumber(header('concurrency')) - redis.call('SCARD', K.open)
  local first, size, cursor = batchNumber('first'), batchNumber('size'), batchNumber('cursor')
  while free > 0 and visits < VISITS_AT_MOST do
    local due = redis.call('ZRANGEBYSCORE', K.returned, '-inf', NOW, 'LIMIT', 0, 1)[1]
    if due then
      redis.call('ZREM', K.returned, due)
    elseif cursor < size then
      due = first + cursor
      cursor = cursor + 1
    else
      break
    end
    visits = visits + 1
    if releaseAgent(tonumber(due), orders) then
      free = free - 1
    end
  end
  setFields(K.batch, 'cursor', cursor)
  return orders
end

-- Whether every agent of the open batch has ended.
local function isSettled()
  return batchNumber('cursor') >= batchNumber('size')
    and redis.call('SCARD', K.open) == 0
    and redis.call('ZCARD', K.returned) == 0
end

-- Whether the batch's job has something to do at once.
local function shouldLook()
  if header('pauseKind') == 'rollback' then
    return redis.call('SCARD', K.open) == 0
  end
  if header('status') ~= 'running' or batchField('status') ~= 'running' then
    return false
  end
  local unreleased = batchNumber('cursor') < batchNumber('size')
  local free = tonumber(header('concurrency')) - redis.call('SCARD', K.open)
  return (unreleased and free > 0) or isSettled()
end

-- Pauses the plan: what is queued goes back, what its LCA has goes on.
local function pause(event, kind, reason, actor)
  setFields(K.plan, 'status', transition('plan', header('status'), event),
    'pausedAt', NOW, 'pauseReason', reason, 'pauseKind', kind)
  dropFields(K.batch, 'observingUntil')
  for _, entry in ipairs(redis.call('ZRANGE', K.outbox, 0, -1)) do
    local ordinal, index = parseEntry(entry)
    local agent = loadAgent(ordinal)
    if agent.tasks[index].status == 'queued' then
      moveTask(agent, index, 'hold')
      saveAgent(agent)
      redis.call('ZADD', K.returned, 'GT', 0, ordinal)
    end
  end
  revise('plan.paused', { actor = actor, detail = reason, batchIndex = header('currentBatch') }, kind)
end

-- The most frequent error among the failed agents, and how often it is.
local function mostFrequentError()
  local counts, most = {}, nil
  for _, message in ipairs(redis.call('HVALS', K.failed)) do
    counts[message] = (counts[message] or 0) + 1
    if not most or counts[message] > counts[most] or (counts[message] == counts[most] and message < most) then
      most = message
    end
  end
  return most, counts[most]
end

-- The numbers that a decision on the open batch is made on.
local function tally()
  return batchNumber('completed') .. ' of ' .. batchNumber('size') .. ' completed, ' .. batchNumber('failed')
    .. ' failed, ' .. batchNumber('allowedFailures') .. ' allowed, ' .. batchNumber('forgiven') .. ' forgiven, '
    .. batchNumber('skipped') .. ' skipped'
end

-- Judges the threshold, in the step that counted.
local function judge()
  local failed, allowed, forgiven = batchNumber('failed'), batchNumber('allowedFailures'), batchNumber('forgiven')
  local status = header('status')
  local kind = header('onThreshold') == 'rollback' and 'rollback' or 'threshold'
  if failed - forgiven <= allowed or (status == 'paused' and header('pauseKind') == kind) then
    return
  end
  local message, times = mostFrequentError()
  local reason = 'Failure threshold exceeded: ' .. failed .. ' of ' .. batchNumber('size') .. ' failed, '
    .. allowed .. ' allowed' .. (forgiven > 0 and ' beyond the ' .. forgiven .. ' forgiven' or '')
    .. '; most frequent: ' .. message .. ' (' .. times .. ')'
  if transition('plan', status, 'trip') ~= status then
    pause('trip', kind, reason, 'gradus')
  else
    setFields(K.plan, 'pauseReason', reason, 'pauseKind', kind)
    revise('plan.paused', { actor = 'gradus', detail = reason, batchIndex = header('currentBatch') }, kind)
  end
end

-- What a newer version made is left alone, whatever was to be done to it. Plans made before there were schemas are
-- of the first.
local function refused()
  local schema = tonumber(header('schema') or 1)
  if schema > PLAN_SCHEMA then
    return redis.error_reply('NEWERPLAN ' .. header('id') .. ' ' .. schema .. ' ' .. header('status'))
  end
end
