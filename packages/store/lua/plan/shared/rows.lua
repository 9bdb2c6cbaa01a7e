-- What every script on a plan shares, its first part: the call that is carried out, and the plan's hashes as rows. In
-- front of it come the constants that are generated (PLAN_SCHEMA, TRANSITIONS, AGENT_STATES, AGENT_STATE_OF,
-- TASK_FIELDS, BAD_RUNTIME_STATUSES).
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
