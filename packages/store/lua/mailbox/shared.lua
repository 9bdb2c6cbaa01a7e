-- What every script on an LCA's mailbox shares: put in front of it when it is loaded.
-- KEYS: of each mailbox its keys, in the order of PARTS, all under the LCA's hash tag.

local PARTS = {
  'tasks',     -- hash: lifecycle task uuid -> JSON
  'due',       -- zset: uuid -> when it is handed out next
  'handedOut', -- set: uuids that were handed out
  'running',   -- set: uuids that the LCA reported running
  'cancelled', -- hash: uuid -> JSON { componentInstanceUuid, blockUntil, forgetAt, goesOnUntil? }
  'cancelDue', -- zset: uuid -> when its cancellation is handed out next
  'device',    -- hash: what is remembered of an LCA that is one device: configAt, said
  'registration', -- hash: where it is pushed what is for it; not there for one that asks
}

-- The call that is carried out: its keys by their part, its input, and the instant at which it was made.
local K, IN, NOW = {}, nil, nil

-- What is counted, is counted of plans.
local NOTED = {}

local CANCEL_AGAIN_MS = 30000
local BLOCK_INSTANCE_MS = 300000
local FORGET_CANCEL_MS = 86400000
-- No put of a worker that still lives is later than this.
local FORGET_UNSEEN_MS = 600000

local function forget(uuid)
  redis.call('HDEL', K.tasks, uuid)
  redis.call('ZREM', K.due, uuid)
  redis.call('SREM', K.handedOut, uuid)
  redis.call('SREM', K.running, uuid)
end

local function refused()
  return nil
end

-- Whether the LCA is pushed what is for it.
local function isPushed()
  return redis.call('EXISTS', K.registration) == 1
end

-- Whoever waits for the mailbox is told once, however many calls there was something new in.
local told = {}

local function tell()
  told[IN.channel] = true
end

local function finish()
  for channel in pairs(told) do
    redis.call('PUBLISH', channel, '')
  end
end
