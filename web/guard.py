"""Who is at the other end, and how errors reach them.

Nothing here decides what somebody may do: callbacks and fragments run without the page around
them, so that is decided in the services. The guard only says who is asking.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

import streamlit as st
import structlog
from pydantic import BaseModel, ValidationError

from accounts import sessions
from accounts.permissions import Actor
from core.errors import AppError, Invalid, NotFound
from core.validation import problems
from web import identity

T = TypeVar("T")
log = structlog.get_logger()


def current_actor() -> Actor:
    """The person asking, read afresh from the database for every run; stops it when they have signed out."""
    if (known := _known.get()) is not None:
        return known
    session_id = identity.verify(str(st.user.get("session") or ""))
    actor = sessions.actor(session_id) if session_id is not None else None
    if actor is None:
        leave()
        raise AssertionError("unreachable: leave() stops the run")
    return actor


@contextmanager
def known(actor: Actor) -> Iterator[None]:
    """Within it, one run of the page, the router has found out who asks."""
    token = _known.set(actor)
    try:
        yield
    finally:
        _known.reset(token)


_known: ContextVar[Actor | None] = ContextVar("actor", default=None)


def leave() -> None:
    """Send the browser to the sign-in page; the server has already ended the session."""
    st.info("您已退出登录，正在返回登录页。")
    st.html("<script>window.location.replace('/login')</script>", unsafe_allow_javascript=True)
    st.stop()


def sign_out(actor: Actor) -> None:
    """End all of this person's sessions and leave."""
    if actor.session_id is not None:
        sessions.sign_out(actor.session_id)
    leave()


def found(value: T | None, what: str = "内容") -> T:
    """The value, or a page that says it is not there (or not this person's: the same words)."""
    if value is None:
        st.warning(f"没有找到这项{what}，或您无权查看。")
        st.page_link("workbench/pages/home.py", label="回到工作台", icon=":material/arrow_back:")
        st.stop()
    return value


def parameter(name: str) -> int | None:
    """A positive number from the address; None when missing or nonsense."""
    raw = st.query_params.get(name, "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 12 else None


@contextmanager
def show_errors(schema: type[BaseModel] | None = None) -> Iterator[None]:
    """Turn what a command refused into a message beside the form; nothing that was typed is lost."""
    try:
        yield
    except ValidationError as error:
        say(Invalid(problems(error, schema), "请按提示修改后再提交。"))
    except AppError as error:
        say(error)


def show_page_error(error: AppError) -> None:
    """A refusal that took the whole page: the reason, and the way back."""
    if isinstance(error, NotFound):
        found(None)
    say(error)
    st.page_link("workbench/pages/home.py", label="回到工作台", icon=":material/arrow_back:")


def report_defect(error: Exception) -> None:
    """An unexpected error: logged with a number that the person can quote, no traceback on the page."""
    number = uuid.uuid4().hex[:8]
    log.error("page_failed", number=number, exc_info=error)
    st.error(f"页面出错了，您的数据没有改变。请刷新重试；若仍出现，请把编号 {number} 告诉系统管理员。")


def say(error: AppError) -> None:
    """What a command refused, with the way out."""
    lines = error.problems if isinstance(error, Invalid) else [error.message]
    body = "\n".join(f"- {plain(line)}" for line in lines) if len(lines) > 1 else plain(lines[0])
    st.error(f"{body}\n\n{plain(error.remedy)}" if error.remedy else body)


def plain(text: object) -> str:
    """User text made safe for labels and messages, which Streamlit renders as Markdown."""
    return _SIGNS.sub(r"\\\g<0>", str(text))


_SIGNS = re.compile(r"[\\`*_{}\[\]<>#|~$:]")
