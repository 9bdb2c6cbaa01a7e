-- Takes a plan that never came to be out of its agents' histories.
-- KEYS: [1] hash agentId -> its plans, newest first.
-- ARGV: [1] { planId, agentIds }
-- Output: none.
local IN = cjson.decode(ARGV[1])
for _, agentId in ipairs(IN.agentIds) do
  local plans = redis.call('HGET', KEYS[1], agentId) or ''
  local head, rest = string.match(plans, '^([^ ]+) %d+,?(.*)$')
  if head == IN.planId then
    if rest == '' then
      redis.call('HDEL', KEYS[1], agentId)
    else
      redis.call('HSET', KEYS[1], agentId, rest)
    end
  end
end
