"""Places and days: the tree of divisions with validity, dated groups, the working-day calendar.

Words: region 地区 (a division with its official code), group 地区类型 (山区海岛县 …, always with the
dates it held), side 发达/欠发达 (how a group counts in the comparison), working day 工作日.
A figure of 2023 uses the groups of 2023.
"""
