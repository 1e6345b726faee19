"""Pages of the panels room; `judging_parts` is what the judge's pages share."""
