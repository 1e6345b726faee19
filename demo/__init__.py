"""The demo province: real names, invented figures. Seeded, so two builds on one day are the same.

Every state of every workflow occurs; some returns are late, some wrong, some corrected. The mark
演示数据 is on every page and report while it is in use.
"""
