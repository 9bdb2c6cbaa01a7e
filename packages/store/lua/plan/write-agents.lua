-- Writes some of a reserved plan's agents.
-- Input: agents [{ ordinal, static (JSON), state (JSON) }].
-- Output: 'written' | 'abandoned' (the reservation is gone)
if header('status') ~= 'creating' then
  return cjson.encode('abandoned')
end
for _, agent in ipairs(IN.agents) do
  redis.call('HSET', K.agents, agent.ordinal, agent.static)
  redis.call('HSET', K.state, agent.ordinal, agent.state)
end
return cjson.encode('written')
