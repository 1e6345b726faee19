"""The pages about indicators, returns and where figures come from."""
