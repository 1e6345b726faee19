"""What every paper can be told, whether it ends as PDF (`kit.Report`), as Excel (`sheets.Sheets`) or as Word
(`word.Word`): a report is one story, told piece by piece in reading order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import altair as alt


@dataclass(frozen=True)
class Face:
    """What stands at a report's head. `official` is the layout of GB/T 9704-2012; a cover and contents are a
    report's own unless said otherwise. `rehearsal` marks its figures as not meant, as a demo's are."""

    title: str
    subtitle: str = ""
    organisation: str = ""
    cover: bool | None = None
    contents: bool | None = None
    official: bool = False
    rehearsal: bool = False


class Paper(Protocol):
    """See `kit.Report` for what each piece means. `whole` tells a paper on which there is room for every row from
    one that shows the newest or the first."""

    whole: bool

    def heading(self, text: str, level: int = 1, *, numbered: bool = True) -> None: ...

    def text(self, text: str) -> None: ...

    def note(self, text: str, title: str = "说明") -> None: ...

    def figures(self, items: Sequence[tuple[str, ...]]) -> None: ...

    def table(
        self,
        header: Sequence[str],
        rows: Sequence[Sequence[object]],
        *,
        widths: Sequence[float] = (),
        align: str = "",
        caption: str = "",
    ) -> str: ...

    def facts(self, pairs: Sequence[tuple[str, object]], columns: int = 1) -> None: ...

    def chart(self, chart: alt.TopLevelMixin, caption: str = "") -> str: ...

    def signatures(self, roles: Sequence[str]) -> None: ...

    def restated(self, number: str, changes: Sequence[tuple[str, str, str]], why: Sequence[str] = ()) -> None: ...

    def addressee(self, text: str) -> None: ...

    def attachments(self, names: Sequence[str]) -> None: ...

    def closing(self, organ: str, day: date) -> None: ...

    def annex(self, title: str) -> None: ...

    def page_break(self) -> None: ...

    def bytes(self) -> bytes: ...
