"""Tabular files: opened by what they contain, every cell with its own address, written so that nothing runs.

Owns: telling file kinds apart (`refusal`), unpacking archives within limits (`archive`), what a
worksheet says that calamine does not (`worksheet`), reading (`reading`) and writing (`writing`).
"""

from core.tabular.reading import Book, Cell, FileKind, Sheet, address, open_table
from core.tabular.refusal import BadFile
from core.tabular.writing import Block, Column, Shown, plain_text, safe_text, text_width, write_csv, write_xlsx

__all__ = [
    "BadFile",
    "Block",
    "Book",
    "Cell",
    "Column",
    "FileKind",
    "Sheet",
    "Shown",
    "address",
    "open_table",
    "plain_text",
    "safe_text",
    "text_width",
    "write_csv",
    "write_xlsx",
]
