"""A process of its own for ticket files: `python -m scenarios.ticket_worker`, see `core.worker`.

    {"task": "look" | "import" | "analyse", "size": bytes of the file, …}\\n<file>

`look` answers with JSON on standard output; `import` works on the registered import, says in the database how far
it has come, and then groups all tickets into topics, as `analyse` does alone.
"""

from __future__ import annotations

import sys

from core import worker
from scenarios import ticket_look, ticket_storing
from scenarios.ticket_reading import ColumnMap


def main() -> int:
    received = worker.receive()
    if received is None:
        return 1
    task, content, answers = received
    if task["task"] == "look":
        answers.write(ticket_look.look(content, task["name"]).as_json().encode())
        return 0
    if task["task"] == "import":
        columns = ColumnMap(task["columns"], task["people"])
        if not ticket_storing.run(task["import_id"], content, columns):
            return 1
        if ticket_storing.others_wait():
            return 0  # the last of them groups the tickets of all
    from scenarios import topic_analysis  # scikit-learn takes seconds to load

    topic_analysis.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
