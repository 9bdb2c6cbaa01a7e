-- Notes that a plan has these releases for its targets, there or not; where one is refused, none is noted.
-- KEYS: [1] hash release -> record (JSON), [2] hash release -> plans that have it for a target, with commas between.
-- ARGV: [1] { planId, releases [release], refuseMissing, refuseGone (removed since a plan had it), lookedAt [planId]
--       (which come behind the others' turn), voidPlans [planId] (of those, the ones that need not be remembered) }
-- Output: JSON list of the releases that are refused, '[]' for none
local IN = cjson.decode(ARGV[1])
local isLookedAt, isVoid = {}, {}
for _, planId in ipairs(IN.lookedAt) do
  isLookedAt[planId] = true
end
for _, planId in ipairs(IN.voidPlans) do
  isVoid[planId] = true
end
local refused = {}
for _, release in ipairs(IN.releases) do
  local record = redis.call('HGET', KEYS[1], release)
  local isGone = record and cjson.decode(record).goneAt ~= nil
  if (IN.refuseMissing and (not record or isGone)) or (IN.refuseGone and isGone) then
    refused[#refused + 1] = release
  end
end
if #refused > 0 then
  return cjson.encode(refused)
end
for _, release in ipairs(IN.releases) do
  -- The newest first; whoever was looked at has its next turn after all others.
  local users, others = { IN.planId }, {}
  for planId in string.gmatch(redis.call('HGET', KEYS[2], release) or '', '[^,]+') do
    if planId ~= IN.planId and not isVoid[planId] then
      local part = isLookedAt[planId] and users or others
      part[#part + 1] = planId
    end
  end
  for _, planId in ipairs(others) do
    users[#users + 1] = planId
  end
  redis.call('HSET', KEYS[2], release, table.concat(users, ','))
end
return '[]'
