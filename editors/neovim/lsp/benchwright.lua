-- Neovim 0.11 and newer read this: vim.lsp.enable("benchwright")
return {
  cmd = { "benchwright", "lsp" },
  filetypes = { "bench" },
  root_markers = { ".git" },
}
