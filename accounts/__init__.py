"""Who is who and who may what: organisations, people, sign-ins, permissions.

Words: organisation 单位, account 账号, role 角色, actor 当前用户 (a person and the role they act in),
permission 权限. A sign-in has no states: it is valid until it is unused too long or revoked.
"""
