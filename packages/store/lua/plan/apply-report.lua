-- Applies what an LCA reported of one agent: the facts, then the outcomes, the count, the threshold, and the
-- release of what has become free. Applied again, or late, it changes nothing but newer facts.
-- Input: now, agentOrdinal, agentId, takenAt (ms), components [{ componentInstanceUuid, runtimeStatus?,
-- actualVersion?, actualRelease? }], tasks [{ lifecycleTaskUuid, status, error? }], retryBaseMs, retryMaxMs,
-- freshTaskUuids (one for each task and component).
-- Output: { batchIndex, released? = [order], lookNow, mailbox? = [{ lifecycleTaskUuid, outcome }] }
--         | false (the plan does not have this agent)
if not redis.call('HGET', K.state, IN.agentOrdinal) then
  return cjson.encode(false)
end
local agent = loadAgent(IN.agentOrdinal)
local static = describe(agent)
if static[1] ~= IN.agentId then
  return cjson.encode(false)
end

local function given(value)
  return value ~= nil and value ~= cjson.null
end

-- What this very report says of each task's instance.
local said = {}
local heardOf = #IN.components > 0
for index, task in ipairs(agent.tasks) do
  for _, facts in ipairs(IN.components) do
    if facts.componentInstanceUuid == static[4][index][2] then
      said[index] = facts
      for _, name in ipairs({ 'runtimeStatus', 'actualVersion', 'actualRelease' }) do
        if given(facts[name]) and IN.takenAt >= (task[name .. 'At'] or 0) then
          task[name] = facts[name]
          task[name .. 'At'] = IN.takenAt
        end
      end
    end
  end
end

local status = header('status')
local current = batchNumber('first')
local isLive = (status == 'running' or status == 'paused')
  and (batchField('status') == 'running' or batchField('status') == 'observing')
  and IN.agentOrdinal >= current and IN.agentOrdinal < current + batchNumber('size')

local function taskOf(uuid)
  for index, task in ipairs(agent.tasks) do
    if task.lifecycleTaskUuid == uuid then
      return index, task
    end
  end
end

local function isEnded(task)
  return task.status == 'completed' or task.status == 'failed' or task.status == 'skipped'
end

local function offTarget(index, version, release)
  local toVersion, toRelease = targetOf(agent, index)
  return 'upgrade failed: reports ' .. tostring(version) .. ' release ' .. tostring(release) .. ', not '
    .. tostring(toVersion) .. ' release ' .. tostring(toRelease)
end

local function proveOrFail(index, task)
  if isBad(task) then
    failTask(agent, index, 'upgrade failed: instance is ' .. task.runtimeStatus, 'bad-instance')
  elseif isOnTarget(agent, index) then
    moveTask(agent, index, 'prove')
  end
end

local function takeCompleted(index, task)
  if task.status == 'pending' or isEnded(task) then
    return
  end
  local facts = said[index]
  local toVersion, toRelease = targetOf(agent, index)
  task.saidCompletedAt = IN.takenAt
  if facts and given(facts.actualVersion) and given(facts.actualRelease) then
    -- Facts in the same report decide at once.
    if given(facts.runtimeStatus) and BAD_RUNTIME_STATUSES[facts.runtimeStatus] then
      failTask(agent, index, 'upgrade failed: instance is ' .. facts.runtimeStatus, 'bad-instance')
    elseif facts.actualVersion == toVersion and facts.actualRelease == toRelease then
      moveTask(agent, index, 'prove')
    else
      failTask(agent, index, offTarget(index, facts.actualVersion, facts.actualRelease), 'off-target')
    end
    return
  end
  moveTask(agent, index, 'run')
  proveOrFail(index, task)
end

local function watch()
  for index, task in ipairs(agent.tasks) do
    if task.saidCompletedAt and AGENT_STATE_OF[task.status] == 'running' then
      proveOrFail(index, task)
    end
    if task.status == 'completed' and isBad(task) then
      moveTask(agent, index, 'regress', 'upgrade failed: instance is ' .. task.runtimeStatus, 'regressed')
    elseif task.status == 'completed' and not isOnTarget(agent, index) then
      moveTask(agent, index, 'regress', offTarget(index, task.actualVersion, task.actualRelease), 'regressed')
    end
  end
end

local failedBefore = batchNumber('failed')
local openBefore = {}
for index, task in ipairs(agent.tasks) do
  openBefore[index] = AGENT_STATE_OF[task.status] == 'running' and task.lifecycleTaskUuid or nil
end
if isLive then
  for _, report in ipairs(IN.tasks) do
    local index, task = taskOf(report.lifecycleTaskUuid)
    if not task then
      -- An earlier attempt's: its facts were all it had to say.
    elseif report.status == 'running' then
      moveTask(agent, index, 'run')
    elseif report.status == 'completed' then
      takeCompleted(index, task)
    elseif report.status == 'failed' then
      failTask(agent, index, given(report.error) and report.error or 'upgrade failed', 'reported')
    else
      failTask(agent, index, 'upgrade failed: cancelled by its LCA', 'cancelled-by-lca')
    end
  end
  watch()
  saveAgent(agent)
  -- Only who completed, and was heard of in the window, is confirmed.
  local windowFrom = batchNumber('observingUntil') - tonumber(header('observeMs'))
  if stateOfAgent(agent.tasks) ~= 'completed' then
    redis.call('SREM', K.heard, IN.agentOrdinal)
  elseif batchField('status') == 'observing' and heardOf and IN.takenAt >= windowFrom then
    redis.call('SADD', K.heard, IN.agentOrdinal)
  end
else
  saveState(agent)
end
touch()

local mailbox = {}
for _, report in ipairs(IN.tasks) do
  local _, task = taskOf(report.lifecycleTaskUuid)
  local isOver = not isLive or not task or isEnded(task)
  local outcome = report.status ~= 'running' and isOver and 'ended' or 'running'
  mailbox[#mailbox + 1] = { lifecycleTaskUuid = report.lifecycleTaskUuid, outcome = outcome }
end

-- What ended by facts alone was not reported on.
for index, task in pairs(agent.tasks) do
  local uuid = openBefore[index]
  if uuid and not (AGENT_STATE_OF[task.status] == 'running' and task.lifecycleTaskUuid == uuid) then
    mailbox[#mailbox + 1] = { lifecycleTaskUuid = uuid, outcome = 'ended' }
  end
end

local orders = {}
if isLive then
  judge()
  if header('status') == 'running' and batchField('status') == 'observing' and batchNumber('failed') > failedBefore then
    -- A regress is an outcome too: the window begins again.
    setFields(K.batch, 'observingUntil', NOW + tonumber(header('observeMs')))
    redis.call('DEL', K.heard)
  end
  orders = release()
end
return cjson.encode({
  batchIndex = tonumber(header('currentBatch') or 0),
  released = #orders > 0 and orders or nil,
  lookNow = isLive and shouldLook(),
  mailbox = #mailbox > 0 and mailbox or nil,
})
