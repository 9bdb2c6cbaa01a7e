-- What every script on a plan shares: put in front of it when it is loaded, after the constants that are
-- generated (PLAN_SCHEMA, TRANSITIONS, AGENT_STATES, AGENT_STATE_OF, TASK_FIELDS, BAD_RUNTIME_STATUSES).
-- KEYS: of each plan its keys, in the order of PARTS, all under its hash tag.

local PARTS = {
  'plan',        -- hash: the header
  'batches',     -- hash: batch index -> JSON, as planned or as closed
  'batch',       -- hash: the open batch's numbers
  'agents',      -- hash: ordinal -> JSON, what never changes of an agent
  'state',       -- hash: ordinal -> JSON, its tasks' states
  'open',        -- set: ordinals that hold a slot
  'outbox',      -- zset: task entry -> when to look whether its job got lost
  'deadlines',   -- zset: task entry -> deadline
  'returned',    -- zset: ordinal of an agent that is pending again -> when it is due
  'withdrawals', -- hash: lifecycle task uuid -> JSON, to be withdrawn from its LCA
  'heard',       -- set: ordinals heard of in the observe window
  'failed',      -- hash: ordinal of a failed agent of the open batch -> its error
  'unanswered',  -- zset: ordinal with a task that its LCA has not answered -> since when
  'events',      -- stream: the plan's and its batches' events
  'taskEvents',  -- stream: its tasks' events, trimmed
}

-- The call that is carried out: its keys by their part, its input, and the instant at which it was made.
local K, IN, NOW = {}, nil, nil

-- An agent visited for release costs some microseconds; a script must not hold Redis for long, whatever calls it has.
local VISITS_AT_MOST = 200
local visits = 0
local OVERDUE_MS = 10000
local TASK_EVENTS_KEPT = 10000

-- A hash of which much is read and written: read whole at the first need, and written once, at the end. Only the
-- script's first change is written at once: a full Redis refuses that one, and nothing is done.
local rows = {}
local isBegun = false

local function rowOf(key)
  if not rows[key] then
    local fields, flat = {}, redis.call('HGETALL', key)
    for i = 1, #flat, 2 do
      fields[flat[i]] = flat[i + 1]
    end
    rows[key] = { fields = fields, changed = {} }
  end
  return rows[key]
end

local function setFields(key, ...)
  local row, given = rowOf(key), { ... }
  for i = 2, select('#', ...), 2 do
    if type(given[i]) == 'number' then
      given[i] = string.format('%.17g', given[i])
    elseif type(given[i]) ~= 'string' then
      error('NO_TEXT ' .. given[i - 1])
    end
  end
  if not isBegun then
    redis.call('HSET', key, unpack(given))
    isBegun = true
  end
  for i = 1, #given, 2 do
    row.fields[given[i]] = given[i + 1]
    row.changed[given[i]] = true
  end
end

local function dropFields(key, ...)
  local row = rowOf(key)
  for _, name in ipairs({ ... }) do
    row.changed[name] = row.changed[name] or row.fields[name] ~= nil
    row.fields[name] = nil
  end
end

local function count(key, name, by)
  local number = tonumber(rowOf(key).fields[name] or 0) + by
  setFields(key, name, number)
  return number
end

-- What is removed as a whole is not written any more.
local function removeKeys(...)
  for _, key in ipairs({ ... }) do
    rows[key] = nil
  end
  redis.call('UNLINK', ...)
end

-- What the calls have brought about, for the process that counts it: { type, by?, reason?, sinceReleaseMs?,
-- sinceDispatchMs? }.
local NOTED = {}

local function note(occurrence)
  NOTED[#NOTED + 1] = occurrence
end

local function finish()
  for key, row in pairs(rows) do
    local written, dropped = {}, {}
    for name in pairs(row.changed) do
      if row.fields[name] == nil then
        dropped[#dropped + 1] = name
      else
        written[#written + 1] = name
        written[#written + 1] = row.fields[name]
      end
    end
    if #written > 0 then
      redis.call('HSET', key, unpack(written))
    end
    if #dropped > 0 then
      redis.call('HDEL', key, unpack(dropped))
    end
  end
end

local function header(name)
  return rowOf(K.plan).fields[name]
end

local function batchField(name)
  return rowOf(K.batch).fields[name]
end

local function batchNumber(name)
  return tonumber(batchField(name) or 0)
end

local function allKeys()
  local keys = {}
  for place, part in ipairs(PARTS) do
    keys[place] = K[part]
  end
  return keys
end

-- A plan is there for its readers once every agent is claimed.
local function isVisible()
  local status = header('status')
  return status ~= nil and status ~= 'creating'
end

local function transition(machine, from, event)
  local to = TRANSITIONS[machine .. ' ' .. from .. ' ' .. event]
  if to == nil then
    error('ILLEGAL_TRANSITION ' .. machine .. ' ' .. from .. ' ' .. event)
  end
  return to
end

local function allows(machine, from, event)
  return TRANSITIONS[machine .. ' ' .. from .. ' ' .. event] ~= nil
end

-- The answer to a command on a plan that is not there, or is at another revision than its client speaks of (input:
-- ifRevision?); nil where neither is so.
local function misdirected()
  if not isVisible() then
    return cjson.encode({ outcome = 'not-found' })
  end
  local revision = tonumber(header('revision'))
  if IN.ifRevision and IN.ifRevision ~= revision then
    return cjson.encode({ outcome = 'stale', revision = revision })
  end
end

-- The same, and where the plan's state does not take the command or has its aim reached; nil where it is to be done.
local function refusal(event)
  local answer = misdirected()
  if answer then
    return answer
  end
  local status = header('status')
  if not allows('plan', status, event) then
    return cjson.encode({ outcome = 'illegal', status = status })
  end
  if transition('plan', status, event) == status then
    return cjson.encode({ outcome = 'unchanged', status = status })
  end
end

-- Whatever is shown changes with this.
local function touch()
  count(K.plan, 'changes', 1)
end

local function emit(stream, type, fields)
  local id = count(K.plan, 'eventSeq', 1)
  local flat = { 'type', type, 'at', NOW }
  for name, value in pairs(fields) do
    flat[#flat + 1] = name
    flat[#flat + 1] = value
  end
  if stream == K.taskEvents then
    -- Of the first one ever: with it a reader sees that some were trimmed.
    if not header('taskEventSeq') then
      setFields(K.plan, 'taskEventSeq', id)
    end
    redis.call('XADD', stream, 'MAXLEN', '~', TASK_EVENTS_KEPT, id .. '-0', unpack(flat))
  else
    redis.call('XADD', stream, id .. '-0', unpack(flat))
  end
end

-- Every command and every transition of a plan or batch. by: of a pause, what kind it is.
local function revise(type, fields, by)
  count(K.plan, 'revision', 1)
  emit(K.events, type, fields)
  note({ type = type, by = by })
end

local function entryOf(ordinal, index, task)
  return ordinal .. ':' .. index .. ':' .. task.attempt
end

local function parseEntry(entry)
  local ordinal, index, attempt = string.match(entry, '^(%d+):(%d+):(%d+)$')
  return tonumber(ordinal), tonumber(index), tonumber(attempt)
end

local function stateOfAgent(tasks)
  local present = {}
  for _, task in ipairs(tasks) do
    present[AGENT_STATE_OF[task.status]] = true
  end
  for _, state in ipairs(AGENT_STATES) do
    if present[state] then
      return state
    end
  end
end

local function errorOfAgent(tasks)
  for _, task in ipairs(tasks) do
    if task.status == 'failed' then
      return task.error
    end
  end
end

local function holdsSlot(tasks)
  for _, task in ipairs(tasks) do
    if AGENT_STATE_OF[task.status] == 'running' then
      return true
    end
  end
  return false
end

local function loadAgent(ordinal)
  local tasks = {}
  for i, row in ipairs(cjson.decode(redis.call('HGET', K.state, ordinal))) do
    local task = {}
    for f, name in ipairs(TASK_FIELDS) do
      if row[f] then
        task[name] = row[f]
      end
    end
    tasks[i] = task
  end
  return { ordinal = ordinal, tasks = tasks, before = stateOfAgent(tasks) }
end

-- The part that never changes: { agentId, nodeUuid, lcaUuid, { { componentUuid, componentInstanceUuid,
-- componentName, previousVersion, previousRelease, toVersion?, toRelease? }, ... } }. An instance without a
-- target of its own has the plan's.
local function describe(agent)
  if agent.static == nil then
    agent.static = cjson.decode(redis.call('HGET', K.agents, agent.ordinal))
  end
  return agent.static
end

local function saveState(agent)
  local states = {}
  for i, task in ipairs(agent.tasks) do
    local last = 0
    for f, name in ipairs(TASK_FIELDS) do
      if task[name] then
        last = f
      end
    end
    local row = {}
    for f = 1, last do
      row[f] = task[TASK_FIELDS[f]] or false
    end
    states[i] = row
  end
  redis.call('HSET', K.state, agent.ordinal, cjson.encode(states))
end

-- For agents of the open batch: its counts and its slots follow from the tasks' states.
local function saveAgent(agent)
  saveState(agent)
  local after = stateOfAgent(agent.tasks)
  if after ~= agent.before then
    count(K.batch, agent.before, -1)
    count(K.batch, after, 1)
    if after == 'failed' then
      redis.call('HSET', K.failed, agent.ordinal, errorOfAgent(agent.tasks))
    elseif agent.before == 'failed' then
      redis.call('HDEL', K.failed, agent.ordinal)
    end
    agent.before = after
  end
  redis.call(holdsSlot(agent.tasks) and 'SADD' or 'SREM', K.open, agent.ordinal)
  local since
  for _, task in ipairs(agent.tasks) do
    if task.status == 'dispatched' then
      since = math.min(task.dispatchedAt, since or task.dispatchedAt)
    end
  end
  if since then
    redis.call('ZADD', K.unanswered, since, agent.ordinal)
  else
    redis.call('ZREM', K.unanswered, agent.ordinal)
  end
end

local function targetOf(agent, index)
  local component = describe(agent)[4][index]
  return component[6] or header('toVersion'), component[7] or header('toRelease')
end

local function isOnTarget(agent, index)
  local version, release = targetOf(agent, index)
  local task = agent.tasks[index]
  return task.actualVersion == version and task.actualRelease == release
end

-- A bad state from before the dispatch is what the upgrade may have been for.
local function isBad(task)
  return task.runtimeStatus ~= nil and BAD_RUNTIME_STATUSES[task.runtimeStatus] == true
    and (task.runtimeStatusAt or 0) >= (task.dispatchedAt or 0)
end

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
