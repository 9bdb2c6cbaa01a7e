-- Notes that a plan has these releases for its targets, there or not; where one is refused, none is noted.
-- KEYS: [1] hash release -> record (JSON), [2] hash release -> plans that have it for a target, with commas between.
-- ARGV: [1] { planId, releases [release], refuseMissing, refuseGone (removed since a plan had it), voidPlans [planId]
--       (which need not be remembered, as others are) }
-- Output: JSON list of the releases that are refused, '[]' for none
local IN = cjson.decode(ARGV[1])
local isVoid = {}
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
  local users = { IN.planId }
  for planId in string.gmatch(redis.call('HGET', KEYS[2], release) or '', '[^,]+') do
    if planId ~= IN.planId and not isVoid[planId] then
      users[#users + 1] = planId
    end
  end
  redis.call('HSET', KEYS[2], release, table.concat(users, ','))
end
return '[]'
