"""Where things are kept: tables, sessions, migrations, the audit log, backup.

Owns the schema and the transaction. Knows nothing of who may do what: that is decided above.
"""
