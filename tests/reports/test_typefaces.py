"""The faces hold what official papers need, and a reader finds every character again."""

from io import BytesIO

import pytest
from pypdf import PdfReader
from reportlab.pdfbase import pdfmetrics, ttfonts
from reportlab.pdfgen.canvas import Canvas

from reports import typefaces

RARE = "上海𬭎字㙊，䶮"


def _printed(text: str) -> str:
    typefaces.register()
    out = BytesIO()
    canvas = Canvas(out, initialFontName=typefaces.REGULAR)
    for start in range(0, len(text), 30):
        canvas.drawString(20, 820 - start, text[start : start + 30])
    canvas.save()
    return PdfReader(out).pages[0].extract_text().replace("\n", "")


def test_both_faces_hold_the_same_characters() -> None:
    typefaces.register()
    regular, bold = (pdfmetrics.getFont(name).face for name in (typefaces.REGULAR, typefaces.BOLD))
    assert regular.charToGlyph.keys() == bold.charToGlyph.keys()
    assert regular.name != bold.name  # ReportLab mixes up faces of one PostScript name


@pytest.mark.parametrize("text", ["二〇二六年", "−3.5%", "✓×●▲○–—…", "①⑳ⅡⅳΣ÷≤≥±", "〔2026〕3号", "喆堃翀玥䶮𬭎㙊"])
def test_official_papers_can_be_printed(text: str) -> None:
    assert typefaces.missing_glyphs(text) == []


def test_missing_characters_are_named_once_in_order() -> None:
    assert typefaces.missing_glyphs("甲😀乙\n丙😀ሀ") == ["😀", "ሀ"]


def test_characters_beyond_the_basic_plane_are_found_again() -> None:
    assert _printed(RARE) == RARE


def test_without_the_mended_map_they_would_not_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails when ReportLab mends its map: then the patch can go."""
    typefaces.register()
    monkeypatch.setattr(typefaces._Face, "addObjects", ttfonts.TTFont.addObjects)
    assert _printed(RARE) != RARE


def test_more_than_a_hundred_characters_are_found_again() -> None:
    text = "".join(sorted(c for c in typefaces.characters() if "一" <= c <= "丿" or "嘉" <= c <= "墟"))
    assert len(text) > 300
    assert _printed(text) == text
