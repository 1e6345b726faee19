"""Pydantic's complaints in words a clerk understands."""

from __future__ import annotations

from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import Invalid

S = TypeVar("S", bound=BaseModel)

_MESSAGES = {
    "missing": "必填",
    "string_too_short": "至少 {min_length} 个字",
    "string_too_long": "最多 {max_length} 个字",
    "string_pattern_mismatch": "格式不符合要求",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "不能大于 {le}",
    "int_parsing": "应为整数",
    "int_type": "必填",
    "int_from_float": "应为整数",
    "decimal_parsing": "应为数字",
    "decimal_type": "应为数字",
    "decimal_max_places": "小数位过多",
    "date_type": "请选择日期",
    "date_from_datetime_parsing": "请选择日期",
    "enum": "请从列表中选择",
    "string_type": "必填",
    "too_short": "至少选择 {min_length} 项",
    "too_long": "最多选择 {max_length} 项",
    "list_type": "必填",
}


class Input(BaseModel):
    """What people enter: outer blanks are cut off, fields nobody asked for refused."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="forbid")


def checked(schema: type[S], **values: Any) -> S:
    """The schema filled with `values`; Invalid names every problem in Chinese."""
    try:
        return schema(**values)
    except ValidationError as error:
        raise Invalid(problems(error, schema), "请按提示修改后再提交。") from error


def problems(error: ValidationError, schema: type[BaseModel] | None = None) -> list[str]:
    """One sentence per problem, with the field's `title` in front where the schema gives one."""
    return list(dict.fromkeys(sentence for _, sentence in located(error, schema)))


def located(error: ValidationError, schema: type[BaseModel] | None = None) -> list[tuple[str, str]]:
    """(field at fault or “”, sentence) of every problem, for whoever can point at the field."""
    found = []
    for item in error.errors():
        label = _label(item["loc"], schema)
        if item["type"] == "value_error":
            message = str(item["ctx"]["error"])
        else:
            message = _MESSAGES.get(item["type"], "填写有误").format(**item.get("ctx", {}))
        found.append((str(item["loc"][0]) if item["loc"] else "", f"{label}：{message}" if label else message))
    return found


def _label(location: tuple[int | str, ...], schema: type[BaseModel] | None) -> str:
    parts = []
    for part in location:
        if isinstance(part, int):
            parts.append(f"第 {part + 1} 项")
        elif schema is not None and part in schema.model_fields:
            field = schema.model_fields[part]
            parts.append(field.title or part)
            schema = _inner(field.annotation)
        else:
            parts.append(str(part))
    return " ".join(parts)


def _inner(annotation: Any) -> type[BaseModel] | None:
    """The schema inside list[…], … | None and the like."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _inner(part))), None)
