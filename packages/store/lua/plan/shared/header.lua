-- What every script on a plan shares: its header and its open batch, which state follows, and the plan's events.
-- KEYS: none of its own.

local TASK_EVENTS_KEPT = 10000

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

-- Whatever is shown changes with this. The instant tells apart what a Redis that was set back comes to by another way.
local function touch()
  count(K.plan, 'changes', 1)
  setFields(K.plan, 'changedAt', NOW)
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
