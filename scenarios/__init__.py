"""Needs, scenarios, data resources, who answers for what, and the appraisal before approval.

Words: need 需求 (what people ask for, with its computed priority), scenario 场景 (the designed answer,
tracing to at least one need), version 版本 (v1.0 at registration; a pilot names the one it tries out),
data resource 数据资源 (one provider's item with its sharing attribute), data link 场景用数 (a scenario's
use of a resource and how far its request has come), readiness 数据就绪度 (share of links connected),
opening 场景开放 (what a released scenario opens to
partners, who offer and are answered), one source 一数一源 (an item that several providers hold: who is its source),
responsibility item 权责事项 (tree 业务 → 环节 → 最小颗粒; every leaf has one responsible organisation),
confirmation 价值共识 (each organisation concerned confirms what an item says, or objects; a change asks anew),
appraisal 前期论证 (by somebody other than who registered the scenario).

States of a scenario: 草稿 → 待论证 → (退回修改 | 不予立项†) → 已立项 → 试点中 → 评估中 →
(迭代中 → 试点中 | 推广中 | 暂停 | 已退出†). Needs and resources have none.
"""
