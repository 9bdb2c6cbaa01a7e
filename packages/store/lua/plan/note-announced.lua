-- Notes up to where the events of the plan and its batches were handed over to be told.
-- Input: event (the id of the last one), revision (that the plan was at with it).
-- Output: none.
if isVisible() and IN.revision > tonumber(header('announcedRevision') or 0) then
  setFields(K.plan, 'announcedEvent', IN.event, 'announcedRevision', IN.revision)
end
