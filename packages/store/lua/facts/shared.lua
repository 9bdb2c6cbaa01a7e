-- What the script on the inventory's facts is put behind.
-- KEYS: of each bucket of agents its keys, in the order of PARTS, under its hash tag.

local PARTS = {
  'records',   -- hash: agentId -> record (JSON)
  'histories', -- hash: agentId -> its plans, newest first
  'versions',  -- hash: how many instances run which version, while somebody looks at it
}

-- The call that is carried out: its keys by their part, and its input.
local K, IN, NOW = {}, nil, nil

-- What is counted, is counted of plans.
local NOTED = {}

local function refused()
  return nil
end

local function finish()
end
