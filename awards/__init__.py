"""The annual selection (年度遴选): from the call for entries to certificates, and what became of the winners.

Words: edition 年度 · entry 参评项目 (a county's part in a pilot) · evidence pack 证据包 · track 赛道 · grade 等次 · round 轮次
(初评, 终评) · public notice 公示 · objection 异议. An edition's path is `stages.EDITION`, an entry's `stages.ENTRY`.

    who                 sees
    staff               everything, marks when the panels room says so
    county              editions that were called; its own entries; others' when they were put to public notice
    city                the entries of its counties from the moment they are handed in
    judges              what the panels room hands them; here what everybody signed in sees
    everybody           the list on notice, with what it changes; after release the results
    nobody signed in    `public_queries`: released facts only

What an edition asks (tracks, grades, places kept for 山区海岛县, weights, tie keys, vetoes, rubric) is frozen with its hash when
the call goes out. Marks are the panels room's: an entry becomes an entry of one review per track and round, and that
review's final result is read. Every figure that decides is an exact integer or fraction; a tie that matters is decided
by the fixed keys or by people's recorded vote, never by chance.
"""
