-- Writes some of a reserved plan's agents.
-- KEYS: the plan's [1] header, [2] hash ordinal -> JSON, what never changes of an agent, [3] hash ordinal -> JSON, its
-- tasks' states.
-- ARGV: of each agent its ordinal, what never changes of it, and its tasks' states.
-- Output: 'written' | 'abandoned' (the reservation is gone)
if redis.call('HGET', KEYS[1], 'status') ~= 'creating' then
  return 'abandoned'
end
local statics, states = {}, {}
for i = 1, #ARGV, 3 do
  statics[#statics + 1], statics[#statics + 2] = ARGV[i], ARGV[i + 1]
  states[#states + 1], states[#states + 2] = ARGV[i], ARGV[i + 2]
end
redis.call('HSET', KEYS[2], unpack(statics))
redis.call('HSET', KEYS[3], unpack(states))
return 'written'
