"""The workbench; each `…_tasks` asks one room."""
