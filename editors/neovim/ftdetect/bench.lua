vim.api.nvim_create_autocmd({ "BufRead", "BufNewFile" }, { pattern = "*.bench", command = "setfiletype bench" })
