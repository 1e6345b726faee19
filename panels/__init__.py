"""Judging, shared by challenges and the annual selection.

A panel (评审组) scores entries against a rubric (评分标准) on sheets (评分表); marks are integer hundredths
and every figure that decides is exact. What informs only (severity, agreement, how sure a place is) is
float64 and stands beside the official result, never instead of it.
"""
