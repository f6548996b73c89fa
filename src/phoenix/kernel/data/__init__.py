"""PostgreSQL and what is written in a transaction: rows, events, jobs, ids, cursors, migrations."""
