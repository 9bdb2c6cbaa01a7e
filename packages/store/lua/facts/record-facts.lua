-- Takes what an LCA reported of an agent's instances, where it is newer than what is known.
-- Input: agentId, lcaUuid, takenAt (ms), components [{ componentInstanceUuid?, componentName?, runtimeStatus?,
--        actualVersion?, actualRelease? }].
-- Output: { components? (as given, with their componentInstanceUuid), plans or '' } | false (not this LCA's)
local text = redis.call('HGET', K.records, IN.agentId)
if not text then
  return cjson.encode(false)
end
local record = cjson.decode(text)
if record.lcaUuid ~= IN.lcaUuid then
  return cjson.encode(false)
end

local function given(value)
  return value ~= nil and value ~= cjson.null
end

local resolved = {}
for _, facts in ipairs(IN.components) do
  for _, instance in ipairs(record.components) do
    local named = facts.componentInstanceUuid == instance.componentInstanceUuid
    if named or (not facts.componentInstanceUuid and facts.componentName == instance.componentName) then
      facts.componentInstanceUuid = instance.componentInstanceUuid
      resolved[#resolved + 1] = facts
      for _, name in ipairs({ 'runtimeStatus', 'actualVersion', 'actualRelease' }) do
        if given(facts[name]) and IN.takenAt >= (instance[name .. 'At'] or 0) then
          instance[name] = facts[name]
          instance[name .. 'At'] = IN.takenAt
        end
      end
    end
  end
end
if not given(record.lastSeenAt) or record.lastSeenAt < IN.takenAt then
  record.lastSeenAt = IN.takenAt
end
local after = cjson.encode(record)
redis.call('HSET', K.records, IN.agentId, after)
retallyVersions(K.versions, text, after)
return cjson.encode({
  components = #resolved > 0 and resolved or nil,
  plans = redis.call('HGET', K.histories, IN.agentId) or '',
})
