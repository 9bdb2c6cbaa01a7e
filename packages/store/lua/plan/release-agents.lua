-- Releases agents of the open batch into its free slots.
-- Input: now, batchIndex.
-- Output: { released? = [order], lookNow }
if not isVisible() or tonumber(header('currentBatch')) ~= IN.batchIndex then
  return cjson.encode({ lookNow = false })
end
local orders = release()
if #orders > 0 then
  touch()
end
return cjson.encode({ released = #orders > 0 and orders or nil, lookNow = shouldLook() })
