-- What every script on an LCA's mailbox shares: put in front of it when it is loaded.
-- KEYS: the mailbox's keys in the order below, all under the LCA's hash tag.
-- ARGV: [1] the input, one JSON object.

local K = {
  tasks = KEYS[1],     -- hash: lifecycle task uuid -> JSON
  due = KEYS[2],       -- zset: uuid -> when it is handed out next
  handedOut = KEYS[3], -- set: uuids that were handed out
  running = KEYS[4],   -- set: uuids that the LCA reported running
  cancelled = KEYS[5], -- hash: uuid -> JSON { componentInstanceUuid, blockUntil, forgetAt }
  cancelDue = KEYS[6], -- zset: uuid -> when its cancellation is handed out next
}

local IN = cjson.decode(ARGV[1])
local NOW = IN.now

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
