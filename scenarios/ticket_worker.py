"""A process of its own for ticket files: `python -m scenarios.ticket_worker`.

Reading 200,000 rows takes the interpreter for itself for seconds; in the server's process everybody would wait
for that. The file comes in on standard input and is never written anywhere.

    {"task": "look" | "import" | "analyse", "size": bytes of the file, …}\\n<file>

`look` answers with JSON on standard output; `import` works on the registered import, says in the database how far
it has come, and then groups all tickets into topics, as `analyse` does alone.
"""

from __future__ import annotations

import json
import os
import sys

from core import logs
from scenarios import ticket_look, ticket_storing
from scenarios.ticket_reading import ColumnMap


def main() -> int:
    logs.configure()
    if hasattr(os, "nice"):
        os.nice(5)  # people in front of a page come first
    task = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read(task["size"])
    if len(content) < task["size"]:
        return 1  # whoever sent it is gone; a part of a file is no file
    if task["task"] == "look":
        sys.stdout.write(ticket_look.look(content, task["name"]).as_json())
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
