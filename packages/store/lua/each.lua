-- Put behind every script that takes calls: runs its step for each of those that travel together, in their order.
-- KEYS: the keys of one place after the other.
-- ARGV: [1] the inputs, a JSON list; [2] a JSON list: of each input, how many of KEYS come before its own.
-- Output: [the steps' answers in their order, a JSON list of what they have brought about or '' for nothing]. What one
-- of them throws is its own answer, and keeps none of the others back.
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
    said = type(said) == 'table' and said or redis.error_reply('ERR ' .. string.gsub(tostring(said), '[\r\n]+', ' '))
    for n = #NOTED, notedBefore + 1, -1 do
      NOTED[n] = nil
    end
  end
  answers[i] = said
end
finish()
return { answers, #NOTED > 0 and cjson.encode(NOTED) or '' }
