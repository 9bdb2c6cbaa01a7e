-- Claims agents of one bucket for a plan, where no plan that has not ended holds them.
-- KEYS: [1] hash agentId -> record (JSON), [2] hash agentId -> its plans, newest first: "planId ordinal,...".
-- ARGV: [1] { planId, agents [{ agentId, ordinal }], voidPlans [planId] (whose claims count no more),
--       historyKept (how many plans an agent remembers) }
-- Output: one { record or '', holder or '' } for each agent, in their order; a holder is who kept it from us.
local IN = cjson.decode(ARGV[1])
local isVoid = {}
for _, planId in ipairs(IN.voidPlans) do
  isVoid[planId] = true
end
local agentIds = {}
for i, agent in ipairs(IN.agents) do
  agentIds[i] = agent.agentId
end
local records = redis.call('HMGET', KEYS[1], unpack(agentIds))
local histories = redis.call('HMGET', KEYS[2], unpack(agentIds))
local answers, claims = {}, {}
for i, agent in ipairs(IN.agents) do
  local record = records[i] or ''
  local holder = ''
  if record ~= '' then
    local plans = histories[i] or ''
    local head = string.match(plans, '^([^ ]+) ') or ''
    if head ~= '' and head ~= IN.planId and not isVoid[head] then
      holder = head
    else
      -- Made anew after its maker died, a plan may have another order.
      if head == IN.planId then
        plans = string.match(plans, '^[^,]+,?(.*)$')
      end
      local kept = { IN.planId .. ' ' .. agent.ordinal }
      for earlier in string.gmatch(plans, '[^,]+') do
        if #kept < IN.historyKept then
          kept[#kept + 1] = earlier
        end
      end
      claims[#claims + 1], claims[#claims + 2] = agent.agentId, table.concat(kept, ',')
    end
  end
  answers[i] = { record, holder }
end
if #claims > 0 then
  redis.call('HSET', KEYS[2], unpack(claims))
end
return answers
