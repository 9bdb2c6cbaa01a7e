-- What every script on a plan shares: its agents and their tasks, read and written.
-- KEYS: none of its own.

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
