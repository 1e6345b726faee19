"""The ground floor: settings, errors, exact numbers, periods, workflows, tabular files.

Owns nothing of the domain and imports nothing of ours. Everything here is pure or talks
only to the operating system, so every room above may use it.
"""
