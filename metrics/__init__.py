"""Indicators, targets, returns, validation, roll-ups, comparison methods.

Words: indicator 指标, collection 报送任务 (a set of indicators that units report each period),
return 报送 (one unit, one period), observation 指标值 (append-only, one row a revision),
target 目标值, baseline 基线值, finding 校验发现, roll-up 汇总.
States of a return: 草稿 → 已提交 → 退回 | 已审核 → 锁定.
"""
