"""Pilots: a scenario version tried out in some counties for a time, measured against others.

Words: pilot 试点, arm 试点/对照, comparison unit 对照地区 (registered before the start, of the same
group), measure 指标成效, effect 成效估计, verdict 结论. States: 设计中 → 待启动 → 试点中 ⇄ 暂停 →
评估中 → 推广 → 已结项†, 已终止†.

Supervision: plan 监管方案, trigger 触发条件, alert 预警 (a submitted value that tripped), order 督办单 (待回复 →
已回复 → 已办结† | 退回补充 | 已升级 up the ladder 提醒 → 约谈 → 暂停 → 退出), tolerance 容错认定. Feedback 反馈 is
answered and gathered into an iteration 迭代, which opens a scenario version and a phase.
"""
