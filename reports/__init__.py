"""The print shop: PDF documents and pictures for every room above.

Owns the two embedded typefaces, the colours, the chart functions that serve screen and paper
alike, and the document kit. Knows nothing of pilots, indicators or databases: it is handed
titles, texts, rows and small DataFrames whose numbers have already been formatted.
"""
