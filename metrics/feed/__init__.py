"""The feed door: one table with the rows of many returns, from a machine or a file.

Each row says whose it is (region, period, indicator). `opening` finds the table in the file, `frame` knows
what is asked and what is stored, `checking` reads the rows and asks the rules, `storing` writes. Rows that
are plainly sound are told apart with numpy; every other row takes the path of a single return
(`metrics.reading`, `metrics.rules`), so all doors come to the same findings.
"""
