-- Says which schema the data are of, once whoever asks has made it no older than its own.
-- KEYS: [1] string: the schema.
-- ARGV: [1] the schema of whoever asks.
-- Output: the schema
local found = tonumber(redis.call('GET', KEYS[1]) or 0)
local own = tonumber(ARGV[1])
if found < own then
  redis.call('SET', KEYS[1], own)
  return own
end
return found
