"""Pages of the pilots room, and the workbench, which looks into every room below."""
