"""Tagged PDF: what each piece of a page is (heading, paragraph, table cell, picture), in reading order.

ReportLab writes no structure. Here every piece brackets its content with a mark as it draws itself, and when the
pages are done the marks become the structure tree that screen readers, reflow and export to other formats go by
(ISO 32000-1, 14.7 and 14.8). What only furnishes a page is marked as an artifact, which they pass over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from reportlab.pdfbase.pdfdoc import LinkAnnotation, PDFDictionary, PDFName, PDFObject, PDFString

END = "EMC"
ARTIFACT = "/Artifact BMC"


class Element(PDFObject):
    """A node of the tree: its role, and its kids as elements, as marks (page, number of the mark on it) or, in a link,
    as what can be clicked."""

    def __init__(self, role: str, parent: Element | None, alt: str = "", scope: str = "") -> None:
        self.role, self.parent, self.alt, self.scope = role, parent, alt, scope
        self.kids: list[Element | LinkArea | tuple[int, int]] = []
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
    def _kid(kid: Element | LinkArea | tuple[int, int], own: int | None, document: Any) -> str:
        if isinstance(kid, Element):
            return _reference(kid, document)
        if isinstance(kid, LinkArea):
            return f"<</Type /OBJR /Pg {_page(kid.page, document)} /Obj {_reference(kid, document)}>>"
        page, number = kid
        return str(number) if page == own else f"<</Type /MCR /Pg {_page(page, document)} /MCID {number}>>"


class LinkArea(LinkAnnotation):
    """What can be clicked, which knows its place in the tree."""

    permitted = (*LinkAnnotation.permitted, "StructParent")
    page = 0


class _Parents(PDFObject):
    """The way back: for every page the elements that its marks belong to, then for every link its element."""

    def __init__(self, marks: Sequence[Sequence[Element]], links: Sequence[tuple[LinkArea, Element]]) -> None:
        self._marks, self._links = marks, links

    def format(self, document: Any) -> bytes:
        pages = [
            f"{number} [{' '.join(_reference(element, document) for element in page)}]"
            for number, page in enumerate(self._marks)
        ]
        links = [
            f"{number} {_reference(element, document)}"
            for number, (_, element) in enumerate(self._links, len(self._marks))
        ]
        return f"<</Nums [{' '.join(pages + links)}]>>".encode()


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
        self._links: list[tuple[LinkArea, Element]] = []

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

    def link(self, canvas: Any, element: Element, target: str, words: str, area: tuple[float, ...]) -> None:
        """Make `area` of the page lead to the bookmark `target`; `element` is the link it belongs to."""
        made = LinkArea(
            canvas._absRect(area, 1),  # noqa: SLF001  as `canvas.linkRect` does, which keeps its annotation to itself
            words,
            canvas._bookmarkReference(target),  # noqa: SLF001
            "[0 0 0]",
            F=4,  # printed: what is only on screen may not be in a document that is kept (ISO 14289-1, 7.18)
        )
        made.page = canvas.getPageNumber() - 1
        canvas._addAnnotation(made)  # noqa: SLF001
        element.kids.append(made)
        self._links.append((made, element))

    def write(self, canvas: Any) -> None:
        """Put the tree into the finished document."""
        document = canvas._doc  # noqa: SLF001  there is no public way
        pages = document.Pages.pages
        self._marks += [[] for _ in range(len(pages) - len(self._marks))]
        for number, page in enumerate(pages):
            page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]  # ReportLab writes only keys it knows
            page.StructParents, page.Tabs = number, PDFName("S")  # from link to link in the order of the structure
        for number, (area, _) in enumerate(self._links, len(pages)):
            area.otherkw["StructParent"] = number
        tree = {
            "Type": PDFName("StructTreeRoot"),
            "ParentTree": document.Reference(_Parents(self._marks, self._links)),
            "ParentTreeNextKey": len(pages) + len(self._links),
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
