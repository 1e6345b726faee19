"""The buttons that hand out a report, wherever a page offers one."""

from __future__ import annotations

from functools import partial

import streamlit as st

from accounts import sessions
from accounts.permissions import Actor, may
from printing import making, registry
from web import guard

_WORDS = {
    "pdf": ("PDF", ":material/picture_as_pdf:"),
    "xlsx": ("Excel", ":material/table:"),
    "docx": ("Word", ":material/edit_document:"),
}


def downloads(actor: Actor, key: str, subject: str, label: str, *, name: str = "", primary: bool = True) -> None:
    """A button a format, PDF first, for whoever may have the report; drawn into the row that is open. The figures
    are read when somebody takes the file, so who asks is asked again. `label` names the subject in the file's name,
    `name` is what the buttons say where it is not the kind's."""
    kind = registry.kind(key)
    if not may(actor, kind.permission):
        return
    for form in kind.forms:
        words, icon = _WORDS[form]
        st.download_button(
            guard.plain(f"{name or kind.name}（{words}）"),
            data=partial(_made, actor, key, subject, form),
            file_name=making.file_name(kind, label, form),
            mime=making.MEDIA[form],
            key=f"report_{key}_{subject}_{form}",
            icon=icon,
            type="primary" if primary and form == "pdf" else "secondary",
            on_click="ignore",
        )


def _made(actor: Actor, key: str, subject: str, form: str) -> bytes:
    return making.make(sessions.fresh(actor), registry.kind(key), subject, form).data
