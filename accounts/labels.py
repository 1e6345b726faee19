"""The words of the operation log: every action and every kind of record, as people read them.

Rooms record short codes; a test finds each code in the source and holds this table complete.
"""

from __future__ import annotations

ACTIONS = {
    "account:activate": "恢复账号",
    "account:change_password": "修改密码",
    "account:close": "停用账号",
    "account:create": "新增账号",
    "account:reset_password": "重置密码",
    "account:set_up": "建立首个管理员",
    "collection:create": "建立报送任务",
    "collection:join": "加入报送任务",
    "collection:leave": "退出报送任务",
    "demo:fill": "生成演示数据",
    "domain:create": "新增领域",
    "domain:edit": "修改领域",
    "duty:add": "增加责任事项",
    "duty:confirm": "确认责任事项",
    "duty:edit": "修改责任事项",
    "duty:merge": "合并责任事项",
    "duty:move": "移动责任事项",
    "duty:object": "对责任事项提出异议",
    "duty:remove": "移除责任事项",
    "duty:restore": "恢复责任事项",
    "duty:split": "拆分责任事项",
    "file:attach": "添加附件",
    "file:remove": "移除附件",
    "impact:record": "登记影响评估",
    "impact:remove": "移除影响评估",
    "index:create": "建立指标体系",
    "index:freeze": "冻结指标体系结果",
    "index:revise": "修订指标体系",
    "indicator:create": "新建指标",
    "indicator:edit": "修改指标口径",
    "indicator:load": "载入指标口径",
    "indicator:revise": "发布新版口径",
    "need:create": "登记需求",
    "need:edit": "修改需求",
    "need:merge": "合并需求",
    "need:unmerge": "撤销合并需求",
    "organisation:create": "新增单位",
    "pilot:design": "设计试点",
    "pilot:judge": "作出评估结论",
    "pilot:move": "变更试点状态",
    "pilot:redesign": "修改试点设计",
    "region:correct_group": "更正地区类型记录",
    "region:join_group": "加入地区类型",
    "region:leave_group": "退出地区类型",
    "region:load": "载入行政区划",
    "report:issue": "生成报告",
    "resource:approve": "登记开放批准",
    "resource:create": "登记数据资源",
    "resource:edit": "修改数据资源",
    "resource:withdraw": "撤销开放批准",
    "return:extension": "延长报送期限",
    "return:move": "变更报送状态",
    "return:save": "保存报送数据",
    "return:unlock": "解锁更正",
    "rollup:repair": "重算汇总数",
    "round:freeze": "冻结本期数据",
    "rule:create": "新建校验规则",
    "rule:edit": "修改校验规则",
    "rule:end_waiver": "提前结束规则豁免",
    "rule:move": "启用或停用校验规则",
    "rule:rehearse": "试跑校验规则",
    "rule:waive": "豁免一个地区的校验规则",
    "scenario:create": "登记场景",
    "scenario:data": "办理数据需求",
    "scenario:edit": "修改场景",
    "scenario:move": "变更场景状态",
    "scenario:privacy": "申明个人信息处理",
    "scenario:reform": "更新改革事项",
    "scenario:version": "开启场景新版本",
    "session:close": "退出登录",
    "session:open": "登录",
    "target:set": "设定基线或目标",
}

ENTITIES = {
    "account": "账号",
    "collection": "报送任务",
    "data_approval": "开放批准",
    "data_resource": "数据资源",
    "domain": "领域",
    "duty_confirmation": "权责确认",
    "impact_assessment": "影响评估",
    "index_system": "指标体系",
    "indicator": "指标",
    "need": "需求",
    "organisation": "单位",
    "pilot": "试点",
    "region": "地区",
    "return": "报送",
    "rule": "校验规则",
    "scenario": "场景",
}


def action(code: str) -> str:
    """An action's words; a code that a newer version recorded is shown as it is."""
    return ACTIONS.get(code, code)


def entity(code: str) -> str:
    """What kind of record it was."""
    return ENTITIES.get(code, code)
