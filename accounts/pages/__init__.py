"""Pages about one's own account, the people and the operation log."""
