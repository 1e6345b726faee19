"""What a page shows, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

_KINDS = ("title", "subheader", "caption", "markdown", "info", "warning", "error", "success", "toast")


def words(app: AppTest) -> str:
    """Everything a person reads outside tables and the labels of widgets, as Markdown."""
    said = (str(getattr(element, "value", "")) for kind in _KINDS for element in app.get(kind))
    links = (str(getattr(link, "label", "")) for link in app.get("page_link"))
    return "\n".join([*said, *links])
