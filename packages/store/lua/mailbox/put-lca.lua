-- States where an LCA is pushed what is for it. A change begins anew: nothing has failed yet.
-- Input: now, callbackUrl, secrets (JSON), registeredBy.
-- Output: 'created' | 'updated'
local isNew = redis.call('EXISTS', K.registration) == 0
redis.call('HSET', K.registration, 'callbackUrl', IN.callbackUrl, 'secrets', IN.secrets,
  'registeredAt', NOW, 'registeredBy', IN.registeredBy, 'failures', 0)
redis.call('HDEL', K.registration, 'retryAt', 'lastFault')
return cjson.encode(isNew and 'created' or 'updated')
