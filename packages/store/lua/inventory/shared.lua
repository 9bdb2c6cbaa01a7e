-- What goes in front of the scripts that write agents' records: how many instances of a bucket run which version.
-- KEYS: none of its own. Whoever calls it names the hash: [componentName, version, release] (JSON) -> instances. It is
-- there only while somebody looks at the counts: count-versions.lua makes it, of the records, and has it expire.

-- The instances of a record (JSON, or '' for none) have come (by 1) or gone (by -1).
local function tallyVersions(versions, record, by)
  if record == '' then
    return
  end
  for _, instance in ipairs(cjson.decode(record).components) do
    local of = cjson.encode({
      instance.componentName,
      instance.actualVersion or cjson.null,
      instance.actualRelease or cjson.null,
    })
    if redis.call('HINCRBY', versions, of, by) <= 0 then
      redis.call('HDEL', versions, of)
    end
  end
end

-- A record has taken another's place; either may be ''. To be called once that is written: a server that takes no
-- writes refuses a script at its first one, and that must not be this.
local function retallyVersions(versions, before, after)
  if redis.call('EXISTS', versions) == 1 then
    tallyVersions(versions, before, -1)
    tallyVersions(versions, after, 1)
  end
end
