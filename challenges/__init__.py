"""揭榜挂帅: a challenge is argued for, published, bid for, judged, decided, put to public notice and carried out.

Words: challenge 榜单 · bid 揭榜申请 · milestone 里程碑 · public notice 公示 · objection 异议. A challenge's path is
`stages.CHALLENGE`, a bid's `stages.BID`, the path of a piece of contracted work `stages.MILESTONE`.

Until its deadline a bid is its organisation's alone: nobody else sees it or that it exists; at the deadline, to the
second, it is sealed, and from then on staff see it. Other bidders never see more than what the public notice says.
Judging is the panels room's: eligible bids become entries of a review, and its final result gives the order of the
candidates; what the winners delivered becomes entries of another, below whose mark nobody passes. A winner signs
within its days or the next in order steps up (递补); who does not come through is tolerated or not (容错) by somebody
who did not run the challenge. Money is in fen, shares are hundredths of a percent, deadlines are half-open.
"""
