"""The page about places and their groups."""
