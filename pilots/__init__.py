"""Pilots: a scenario version tried out in some counties for a time, measured against others.

Words: pilot 试点, arm 试点/对照, comparison unit 对照地区 (registered before the start, of the same
group), measure 指标成效, effect 成效估计, verdict 结论. States: 设计中 → 待启动 → 试点中 ⇄ 暂停 →
评估中 → 推广 → 已结项†, 已终止†.
"""
