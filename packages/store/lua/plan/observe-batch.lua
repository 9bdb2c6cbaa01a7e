-- Every agent of the open batch has ended: it is observed from here on.
-- Input: now, batchIndex, observingUntil (ms).
-- Output: 'done' | 'unchanged'
if header('status') ~= 'running' or tonumber(header('currentBatch')) ~= IN.batchIndex
  or batchField('status') ~= 'running' or not isSettled() then
  return cjson.encode('unchanged')
end
setFields(K.batch, 'status', transition('batch', 'running', 'observe'), 'observingUntil', IN.observingUntil)
redis.call('DEL', K.heard)
revise('batch.observing', { batchIndex = IN.batchIndex, actor = 'gradus' })
touch()
return cjson.encode('done')
