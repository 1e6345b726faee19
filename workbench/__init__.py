"""The first page of everybody: what waits for whom, asked of every room.

It owns no data and no rule. A room below says in its queries what is open; a module `…_tasks` here draws it with the
way to the place where it is done.
"""
