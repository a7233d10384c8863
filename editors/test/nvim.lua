-- Neovim as a user has it: the package of editors/neovim, a plan, and what a user does with it.
--   BENCHWRIGHT=… PLAN=COPY_OF_PLAN nvim --headless --clean -S nvim.lua
-- Ends with 1 where something is not as it should be.

local failed, passed = 0, 0
local function check(name, ok, detail)
  if ok then passed = passed + 1 else failed = failed + 1 end
  local more = detail and "  " .. vim.inspect(detail):gsub("%s+", " "):sub(1, 300) or ""
  io.stdout:write((ok and "ok   " or "FAIL ") .. name .. (ok and "" or more) .. "\n")
end

local binary, plan = os.getenv("BENCHWRIGHT"), os.getenv("PLAN")
local patience = 30000

local function text() return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n") .. "\n" end
--- Whether something comes to hold.
local function comes(what) return (vim.wait(patience, what, 20)) end
--- Sets the cursor `within` bytes into the first place of a text.
local function go(needle, within)
  for row, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local column = line:find(needle, 1, true)
    if column then
      vim.api.nvim_win_set_cursor(0, { row, column - 1 + (within or 0) })
      return { line = row - 1, character = column - 1 + (within or 0) }
    end
  end
  error("no `" .. needle .. "` in the plan")
end
local function codes()
  local found = {}
  for _, d in ipairs(vim.diagnostic.get(0)) do
    local code = d.code or (d.user_data and d.user_data.lsp and d.user_data.lsp.code)
    found[code] = d
  end
  return found
end
local function ask(method, params)
  params.textDocument = { uri = vim.uri_from_bufnr(0) }
  for _, answer in pairs(vim.lsp.buf_request_sync(0, method, params, patience) or {}) do
    return answer.result
  end
end

local function main()
  require("benchwright").setup({ cmd = { binary, "lsp" } })
  vim.cmd("edit " .. vim.fn.fnameescape(plan))
  check("the file is a plan", vim.bo.filetype == "bench", vim.bo.filetype)
  check("comments are known", vim.bo.commentstring == "# %s", vim.bo.commentstring)

  local clients = vim.lsp.get_clients or vim.lsp.get_active_clients
  check("the server starts", comes(function()
    local client = clients()[1]
    return client and client.name == "benchwright" and client.initialized ~= false
  end))
  check("faults come", comes(function() return codes().L102 ~= nil end), codes())
  local fault, at = codes().L102, go("fit: reviews", 5)
  check("and stand at their place", fault and fault.lnum == at.line and fault.col == at.character, fault)

  local hover = ask("textDocument/hover", { position = go("gain(f1_macro", 6) })
  check("hover says what a metric is", hover and hover.contents.value:find("metric **f1_macro**", 1, true), hover)

  local found = ask("textDocument/completion", { position = go("on: reviews.test", 12) })
  local labels = vim.tbl_map(function(c) return c.label end, found or {})
  check("partitions are offered", vim.deep_equal(labels, { "train", "val", "test" }), labels)

  go("with words", 5)
  vim.lsp.buf.definition()
  local declared = vim.api.nvim_buf_get_lines(0, 0, -1, false)
  check("a name leads to its declaration", comes(function()
    return vim.startswith(declared[vim.api.nvim_win_get_cursor(0)[1]], "baseline words")
  end), vim.api.nvim_win_get_cursor(0))

  go("candidate chars", 10)
  vim.lsp.buf.rename("letters")
  check("a system is renamed", comes(function() return text():find("compare letters with", 1, true) ~= nil end), text())
  check("wherever it is named", not text():find("chars against", 1, true) and not text():find("candidate chars", 1, true), text())

  local position = go("fit: reviews", 5)
  local range = { start = position, ["end"] = position }
  local actions = ask("textDocument/codeAction", { range = range, context = { diagnostics = {} } }) or {}
  local fix = vim.tbl_filter(function(a) return a.isPreferred end, actions)[1]
  check("a fix is offered", fix ~= nil, actions)
  if fix then
    if vim.fn.has("nvim-0.8") == 1 then
      vim.lsp.buf.code_action({ apply = true, filter = function(a) return a.isPreferred end })
    else
      vim.lsp.util.apply_workspace_edit(fix.edit, "utf-16")
    end
    check("it mends the plan", comes(function() return text():find("fit: reviews.train }", 1, true) ~= nil end), text())
    check("and the fault goes", comes(function() return codes().L102 == nil end), codes())
  end

  local before = text()
  if vim.lsp.buf.format then vim.lsp.buf.format({ timeout_ms = patience }) else vim.lsp.buf.formatting_sync({}, patience) end
  check("the plan is laid out", text() ~= before and text() == vim.fn.system({ binary, "fmt", "-" }, before), text())

  local lenses = ask("textDocument/codeLens", {})
  check("lenses are answered", type(lenses) == "table", lenses)
  check("and their commands are known", vim.lsp.commands["benchwright.check"] ~= nil)

  if vim.fn.has("nvim-0.10") == 1 then
    check("colours come by tree-sitter", vim.treesitter.highlighter.active[vim.api.nvim_get_current_buf()] ~= nil)
    local place = go("baseline words", 0)
    local captures = vim.tbl_map(function(c) return c.capture end, vim.treesitter.get_captures_at_pos(0, place.line, place.character))
    check("of each word", vim.tbl_contains(captures, "keyword"), captures)
    for _, query in ipairs({ "highlights", "folds", "indents", "injections", "locals" }) do
      check("query " .. query, pcall(vim.treesitter.query.get, "bench", query))
    end
  end

  local client = clients()[1]
  vim.lsp.stop_client(client.id)
  check("the server ends", comes(function() return #clients() == 0 end))
end

local fine, fault = xpcall(main, debug.traceback)
if not fine then check("the script runs", false, fault) end
io.stdout:write(string.format("neovim: %d passed, %d failed\n", passed, failed))
vim.cmd(failed == 0 and passed > 15 and "qall!" or "cquit 1")
