vim.bo.commentstring = "# %s"
vim.bo.comments = ":##,:#"
vim.bo.expandtab = true
vim.bo.shiftwidth = 2
vim.bo.softtabstop = 2

-- Colours and folds by tree-sitter, where its parser is installed.
if vim.treesitter and vim.treesitter.start and pcall(vim.treesitter.start, 0, "bench") then
  vim.wo.foldmethod = "expr"
  vim.wo.foldexpr = vim.fn.has("nvim-0.9") == 1 and "v:lua.vim.treesitter.foldexpr()" or vim.wo.foldexpr
  vim.wo.foldenable = false
end
