-- Claims a queued task for its mailbox. Claimed already and not yet in the mailbox: claims it again.
-- Input: now, lifecycleTaskUuid, outboxEntry.
-- Output: the lifecycle task | false (it is not to be dispatched any more)
if not isVisible() then
  return cjson.encode(false)
end
local ordinal, index, attempt = parseEntry(IN.outboxEntry)
if not redis.call('ZSCORE', K.outbox, IN.outboxEntry) then
  return cjson.encode(false)
end
local agent = loadAgent(ordinal)
local task = agent.tasks[index]
if task.lifecycleTaskUuid ~= IN.lifecycleTaskUuid or task.attempt ~= attempt then
  return cjson.encode(false)
end
if moveTask(agent, index, 'dispatch') then
  saveAgent(agent)
  touch()
elseif task.status ~= 'dispatched' then
  return cjson.encode(false)
end
local static = describe(agent)
local component = static[4][index]
local toVersion, toRelease = targetOf(agent, index)
return cjson.encode({
  lifecycleTaskUuid = task.lifecycleTaskUuid,
  agentId = static[1],
  taskType = 'update',
  componentUuid = component[1],
  componentInstanceUuid = component[2],
  componentName = component[3],
  fromVersion = component[4] or header('fromVersion'),
  toVersion = toVersion,
  toRelease = toRelease,
  deadlineMs = tonumber(redis.call('ZSCORE', K.deadlines, IN.outboxEntry)),
  attempt = task.attempt,
})
