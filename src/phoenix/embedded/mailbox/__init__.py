"""The local mailbox: receives every email of a development installation by SMTP, and shows it on this machine only.

`python -m phoenix.embedded.mailbox` receives email, in its own process; `pages.mailbox_router` shows it.
"""
