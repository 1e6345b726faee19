"""Judging, shared by challenges and the annual selection: rubrics, reviews, recusals, sheets, results.

Words
    rubric    评分标准: criteria with weights (hundredths, summing to 100.00), scale, words per level. Its versions
              are frozen with a hash when scoring opens; a change is another version.
    review    评审: one occasion. Rubric version, rule, quorum, schedule, cut, ordered tie keys. `rehearsal` ones hold
              invented entries and never appear where real ones are counted.
    entry     参评项目: what is judged. Generic: a room above names its record in `subject`, `subject_id`.
    member    评委: lead, judge, shadow (counts nowhere). One who was replaced has left; his sheets are void.
    recusal   回避: a person and an entry. Declared, or found by organisation, credit code, earlier employer, county or
              team. Potential and confirmed ones block alike; somebody else confirms or clears. Staff have them too.
    sheet     评分表: one per member × entry × round by constraint. Its versions are append-only.
    result    评审结果: what was put forward, with its hash, and who signed.

States (`stages.REVIEW`): 筹备 → 回避申报 → 分配 → 评分中 → 合议 → 待定稿 → 已定稿. Sheets: 草稿 → 已提交 → 已解锁 → 已提交;
弃权 and 回避 are neither 0 nor missing, 作废 is a replaced judge's.

Who sees what (`visibility`, asked by `queries`; pages and exports ask queries only)
    everybody     nothing of an entry that he must step aside from, but its code, title and the word 回避
    staff         who has handed in, while scoring; marks, means and places from 合议 on
    judge         entries to declare recusals about from 回避申报 on, and from 评分中 on those he is given; his own
                  sheets; what others gave only from 合议 on and when all of his own are in, and for entries he is given
    shadow        as a judge; nobody but staff sees what he gave
    others        nothing: what is published is published by the room above
The operation log holds who did what, never a mark.

Marks are integers in hundredths and every figure that decides is exact. What informs only (severity, agreement,
how sure a place is) is float64 and stands beside the official result, never instead of it.
"""
