"""What stands behind the demo's figures: a link for most of those that need one, files in the newest months."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import col, select

from accounts.permissions import Actor
from core import uploads
from core.words import EvidenceKind
from db import files
from db.session import read, write
from db.tables import IndicatorRow, Observation, ReturnRow
from metrics import evidence_queries, evidence_service

LINKED = "SX04"
NOTE = "演示佐证：抽样登记表与费用明细（数字为虚构）\n".encode()
MOST = 24


def link(row: ReturnRow, code: str) -> str:
    """Where a figure's evidence is; every seventh unit forgot it now and then."""
    if code != LINKED or (int(row.region_code) + int(row.period[-2:])) % 7 == 0:
        return ""
    return f"https://demo.example/huifang/{row.region_code}/{row.period}"


def tell(teams: Sequence[Actor]) -> None:
    """Files for the newest figures that need one, and by each team's own hand for its newest of them."""
    with read() as session:
        found = session.exec(
            select(Observation.return_id, IndicatorRow.code, ReturnRow.region_code)
            .join(IndicatorRow, col(IndicatorRow.id) == Observation.indicator_id)
            .join(ReturnRow, col(ReturnRow.id) == Observation.return_id)
            .where(IndicatorRow.evidence_kind == EvidenceKind.FILE, Observation.revision == 1)
            .order_by(ReturnRow.period.desc(), ReturnRow.region_code)  # type: ignore[attr-defined]
        ).all()
        own = {
            team: session.exec(
                select(ReturnRow.id)
                .join(Observation, col(Observation.return_id) == ReturnRow.id)
                .join(IndicatorRow, col(IndicatorRow.id) == Observation.indicator_id)
                .where(ReturnRow.region_code == team.region_code, IndicatorRow.code == LINKED)
                .order_by(col(ReturnRow.period).desc())
            ).first()
            for team in teams
        }
    upload = uploads.check("抽样登记表.txt", NOTE)
    with write() as session:
        for number, code, region in found[:MOST]:
            if int(region) % 5:
                files.attach(session, None, "return", number, upload, code)
    for team, of_return in own.items():
        if of_return is not None:
            _mend(team, of_return)
            evidence_service.attach(
                team, of_return, LINKED, [("回访抽查记录.txt", "演示佐证：抽查 30 件。\n".encode())]
            )


def _mend(team: Actor, of_return: int) -> None:
    """The link of the newest figure was taken away again; the file that stands in its place follows."""
    if any(item.indicator.code == LINKED and item.link for item in evidence_queries.of_return(team, of_return)):
        evidence_service.unlink(team, of_return, LINKED, "共享目录已停用，改传回访抽查记录。")
