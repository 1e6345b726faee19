"""The command line, and what happens before the first page: the two ways into the house besides the browser."""
