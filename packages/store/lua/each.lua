-- Put behind every script that takes calls: runs its step for each of those that travel together, in their order.
-- KEYS: the keys of one place after the other.
-- ARGV: [1] the inputs, a JSON list; [2] a JSON list: of each input, how many of KEYS come before its own.
-- Output: [the steps' answers in their order, a JSON list of what they have brought about or '' for nothing]. What one
-- of them throws is its own answer, and keeps none of the others back; where the server takes no writes, that is the
-- answer to all.
local REFUSALS = { OOM = true, READONLY = true, MISCONF = true, NOREPLICAS = true }

local function answer()
  return refused() or step() or ''
end

local before = cjson.decode(ARGV[2])
local answers = {}
for i, input in ipairs(cjson.decode(ARGV[1])) do
  IN, NOW = input, input.now
  for place, part in ipairs(PARTS) do
    K[part] = KEYS[before[i] + place]
  end
  local notedBefore = #NOTED
  local isDone, said = pcall(answer)
  if not isDone then
    local text = string.gsub(type(said) == 'table' and said.err or tostring(said), '[\r\n]+', ' ')
    -- A server that takes no writes says so at a script's first one: no call has done anything.
    if REFUSALS[string.match(text, '^%u+') or ''] then
      return redis.error_reply(text)
    end
    said = redis.error_reply('ERR ' .. text)
    for n = #NOTED, notedBefore + 1, -1 do
      NOTED[n] = nil
    end
  end
  answers[i] = said
end
finish()
return { answers, #NOTED > 0 and cjson.encode(NOTED) or '' }
