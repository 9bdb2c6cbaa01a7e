-- Writes some of a reserved plan's agents.
-- Input: agents [{ ordinal, static (JSON), state (JSON) }].
-- Output: 'written' | 'abandoned' (the reservation is gone)
if header('status') ~= 'creating' then
  return cjson.encode('abandoned')
end
local statics, states = {}, {}
for _, agent in ipairs(IN.agents) do
  statics[#statics + 1], statics[#statics + 2] = agent.ordinal, agent.static
  states[#states + 1], states[#states + 2] = agent.ordinal, agent.state
end
redis.call('HSET', K.agents, unpack(statics))
redis.call('HSET', K.state, unpack(states))
return cjson.encode('written')
