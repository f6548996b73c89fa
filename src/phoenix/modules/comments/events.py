"""Events of comments. The subject is the comment, and `entry` what it is on."""

from __future__ import annotations

from phoenix.kernel.data.events import Event


class CommentPosted(Event, frozen=True, kw_only=True, kind="comments.posted"):
    entry: str


class CommentChanged(Event, frozen=True, kw_only=True, kind="comments.changed"):
    entry: str


class CommentDeleted(Event, frozen=True, kw_only=True, kind="comments.deleted"):
    entry: str


class PersonMentioned(Event, frozen=True, kw_only=True, kind="comments.person_mentioned"):
    """The comment mentions someone whom it did not mention before."""

    entry: str
    mentioned: str
