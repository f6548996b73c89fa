"""The local mailbox: takes every mail of a development installation by SMTP, and shows it to whoever sits at the machine.

`python -m phoenix.embedded.mailbox` takes mail, in a process that holds nothing else of Phoenix; `pages.mailbox_router` shows it.
"""
