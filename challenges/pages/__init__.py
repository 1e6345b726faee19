"""Pages of the challenges room; `…_parts` are what its detail page is made of."""
