-- Clears away a plan that never came to be: the reservation's holder gave it up, or its lease is over.
-- Input: now, force (the holder itself asks).
-- Output: 'abandoned' | 'kept'
if header('status') == 'creating' and (IN.force or tonumber(header('leaseUntil')) < NOW) then
  removeKeys(unpack(allKeys()))
  return cjson.encode('abandoned')
end
return cjson.encode('kept')
