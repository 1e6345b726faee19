"""Tagged PDF: what each piece of a page is (heading, paragraph, table cell, picture), in reading order.

ReportLab writes no structure. Here every piece brackets its content with a mark as it draws itself, and when the
pages are done the marks become the structure tree that screen readers, reflow and export to other formats go by
(ISO 32000-1, 14.7 and 14.8). What only furnishes a page is marked as an artifact, which they pass over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFName, PDFObject, PDFString

END = "EMC"
ARTIFACT = "/Artifact BMC"


class Element(PDFObject):
    """A node of the tree: its role, and its kids as elements or as marks (page, number of the mark on it)."""

    def __init__(self, role: str, parent: Element | None, alt: str = "", scope: str = "") -> None:
        self.role, self.parent, self.alt, self.scope = role, parent, alt, scope
        self.kids: list[Element | tuple[int, int]] = []
        if parent is not None:
            parent.kids.append(self)

    def format(self, document: Any) -> bytes:
        own = next((kid[0] for kid in self.kids if isinstance(kid, tuple)), None)
        parts = [f"<</S /{self.role}"]
        if self.parent is not None:
            parts.append(f"/P {_reference(self.parent, document)}")
        else:
            parts.append(f"/P {_reference(document.Catalog.StructTreeRoot, document)}")
        if own is not None:
            parts.append(f"/Pg {_page(own, document)}")
        if self.scope:
            parts.append(f"/A <</O /Table /Scope /{self.scope}>>")
        text = " ".join(parts).encode()
        if self.alt:
            text += b" /Alt " + PDFString(self.alt).format(document)
        kids = " ".join(self._kid(kid, own, document) for kid in self.kids)
        return text + f" /K [{kids}]>>".encode()

    @staticmethod
    def _kid(kid: Element | tuple[int, int], own: int | None, document: Any) -> str:
        if isinstance(kid, Element):
            return _reference(kid, document)
        page, number = kid
        return str(number) if page == own else f"<</Type /MCR /Pg {_page(page, document)} /MCID {number}>>"


class _Parents(PDFObject):
    """The way back: for every page the elements that its marks belong to."""

    def __init__(self, marks: Sequence[Sequence[Element]]) -> None:
        self._marks = marks

    def format(self, document: Any) -> bytes:
        pages = (
            f"{number} [{' '.join(_reference(element, document) for element in page)}]"
            for number, page in enumerate(self._marks)
        )
        return f"<</Nums [{' '.join(pages)}]>>".encode()


def _reference(thing: Any, document: Any) -> str:
    return str(document.Reference(thing).format(document).decode())


def _page(number: int, document: Any) -> str:
    return _reference(document.Pages.pages[number], document)


class Tags:
    """The tree of one document while its pages are drawn."""

    def __init__(self) -> None:
        self.root = Element("Document", None)
        self._elements: dict[Any, Element] = {}
        self._marks: list[list[Element]] = []

    def element(
        self, key: object, role: str, parent: Element | None = None, *, alt: str = "", scope: str = ""
    ) -> Element:
        """The element known by `key`, made when it is asked for first: the parts of a paragraph or table that
        goes on over a page are one."""
        if (found := self._elements.get(key)) is None:
            found = self._elements[key] = Element(role, parent or self.root, alt, scope)
        return found

    def begin(self, canvas: Any, element: Element) -> str:
        """The operator that begins content of `element` on the current page; END ends it."""
        page = canvas.getPageNumber() - 1
        while len(self._marks) <= page:
            self._marks.append([])
        number = len(self._marks[page])
        self._marks[page].append(element)
        element.kids.append((page, number))
        return f"/{element.role} <</MCID {number}>> BDC"

    def write(self, canvas: Any) -> None:
        """Put the tree into the finished document."""
        document = canvas._doc  # noqa: SLF001  there is no public way
        pages = document.Pages.pages
        self._marks += [[] for _ in range(len(pages) - len(self._marks))]
        for number, page in enumerate(pages):
            page.__NoDefault__ = [*page.__NoDefault__, "StructParents"]  # ReportLab writes only keys it knows
            page.StructParents = number
        tree = {
            "Type": PDFName("StructTreeRoot"),
            "ParentTree": document.Reference(_Parents(self._marks)),
            "ParentTreeNextKey": len(pages),
            "K": document.Reference(self.root),
        }
        document.Catalog.StructTreeRoot = PDFDictionary(tree)
        document.Catalog.MarkInfo = PDFDictionary({"Marked": "true"})


@contextmanager
def tagged(canvas: Any, role: str, key: object, *, under: str = "", alt: str = "") -> Iterator[None]:
    """Content drawn on the canvas inside belongs to the element known by `key`; `under` is the role of an element
    around it, of which a document has one."""
    tags: Tags = canvas.tags
    parent = tags.element(under, under) if under else None
    canvas.addLiteral(tags.begin(canvas, tags.element(key, role, parent, alt=alt)))
    yield
    canvas.addLiteral(END)


@contextmanager
def artifact(canvas: Any) -> Iterator[None]:
    """What is drawn inside only furnishes the page."""
    canvas.addLiteral(ARTIFACT)
    yield
    canvas.addLiteral(END)
