-- The client of `benchwright lsp`, and the commands of its code lenses.
--
--   require("benchwright").setup({ cmd = { "benchwright", "lsp" } })

local M = {}

local defaults = { cmd = { "benchwright", "lsp" } }

--- The folder of a plan's repository, or its own.
local function root(buffer)
  local folder = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buffer), ":p:h")
  local git = vim.fn.finddir(".git", folder .. ";")
  return git == "" and folder or vim.fn.fnamemodify(git, ":p:h:h")
end

--- Starts the server for a buffer, or attaches the one of its root.
function M.start(buffer)
  local config = vim.tbl_extend("force", { name = "benchwright", filetypes = { "bench" }, root_dir = root(buffer) }, M.options)
  if vim.lsp.start then
    return vim.lsp.start(config, { bufnr = buffer })
  end
  -- Before 0.8.
  for _, client in pairs(vim.lsp.get_active_clients()) do
    if client.name == config.name and client.config.root_dir == config.root_dir then
      vim.lsp.buf_attach_client(buffer, client.id)
      return client.id
    end
  end
  local id = vim.lsp.start_client(config)
  vim.lsp.buf_attach_client(buffer, id)
  return id
end

--- Runs `benchwright WORD PLAN` in a terminal below.
local function run(word)
  return function(command)
    local plan = vim.uri_to_fname(command.arguments[1])
    vim.cmd("botright 15new")
    vim.fn.termopen({ M.options.cmd[1], word, plan }, { cwd = vim.fn.fnamemodify(plan, ":h") })
  end
end

function M.setup(options)
  M.options = vim.tbl_extend("force", defaults, options or {})
  for _, word in ipairs({ "check", "run", "power", "seal" }) do
    vim.lsp.commands["benchwright." .. word] = run(word)
  end
  if vim.lsp.config then
    vim.lsp.config("benchwright", M.options)
    vim.lsp.enable("benchwright")
    return
  end
  local group = vim.api.nvim_create_augroup("benchwright", { clear = true })
  vim.api.nvim_create_autocmd("FileType", {
    group = group,
    pattern = "bench",
    callback = function(event) M.start(event.buf) end,
  })
end

M.options = defaults

return M
