-- Names the plan that is about to be made to roll this one back, in the place of one that never came to be.
-- Input: instead (the id that was named before, or ''), rollbackPlanId.
-- Output: 'named' | 'other' (another maker named its own, or the plan has ended or gone on since)
if header('pauseKind') ~= 'rollback' or (header('rollbackPlanId') or '') ~= IN.instead then
  return cjson.encode('other')
end
setFields(K.plan, 'rollbackPlanId', IN.rollbackPlanId)
return cjson.encode('named')
