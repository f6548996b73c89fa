"""Entries: dated records with a title and a body, in an organisation."""

from __future__ import annotations

from pathlib import Path

from phoenix.kernel.language import _
from phoenix.kernel.module import (
    EventGroup,
    EventKind,
    FirstAction,
    ListQuery,
    Module,
    NavigationItem,
    Permission,
    PersonalData,
    Schedule,
    Titles,
)
from phoenix.modules.entries import api, events, jobs, owned, pages, personal, queries
from phoenix.modules.entries.cards import FIRST_ENTRY, PER_DAY, RECENT
from phoenix.modules.entries.titles import titles

OF_2_0 = "only code of 2.0 reads it, which must be able to serve this database; the release after 2.1 drops it"

MODULE = Module(
    name="entries",
    about="Dated records with a title and a body, in an organisation.",
    folder=Path(__file__).parent,
    needs=("accounts", "organisations"),
    tables=("entries", "entry_counts", "entry_versions"),
    routes=(*api.ROUTES, *pages.ROUTES),
    lists=(
        queries.PAGE,
        ListQuery(queries.VERSIONS, ("ent_1", 2**62, 21)),
        ListQuery(queries.DELETE_VERSIONS_OF_ORGANISATION, ("org_1", 500)),
        ListQuery(queries.DELETE_OF_ORGANISATION, ("org_1", 500)),
        ListQuery(queries.DELETE_COUNTS_OF_ORGANISATION, ("org_1", 500)),
        ListQuery(queries.ZONES, ("ent_5", 1000)),
    ),
    permissions=(
        Permission("entries.read", _("Read entries")),
        Permission("entries.write", _("Post entries; edit and delete your own")),
        Permission("entries.moderate", _("Edit and delete all entries"), implies=("entries.write",)),
    ),
    roles={
        "owner": frozenset({"entries.read", "entries.write", "entries.moderate"}),
        "administrator": frozenset({"entries.read", "entries.write", "entries.moderate"}),
        "member": frozenset({"entries.read", "entries.write"}),
        "viewer": frozenset({"entries.read"}),
    },
    event_groups=(EventGroup("entries", _("Entries")),),
    first_actions=(FirstAction(_("New entry"), _("Write the first entry"), "plus", "/o/{organisation}/entries/new", "entries.write"),),
    events=(
        EventKind(
            events.EntryPosted,
            _("{actor} added the entry “{title}”"),
            act=None,
            feed="entries/feed_posted.html",
            texts={"title": queries.TITLE, "excerpt": queries.EXCERPT, "dated": queries.DATED},
            holds={"title": OF_2_0, "excerpt": OF_2_0},
            leaving=("title", "excerpt"),
            group="entries",
            permission="entries.read",
            link="/o/{organisation}/entries/{subject}",
        ),
        EventKind(
            events.EntryChanged,
            _("{actor} edited the entry “{title}”"),
            act=None,
            feed="entries/feed_changed.html",
            texts={"title": queries.TITLE, "dated": queries.DATED},
            holds={"title": OF_2_0},
            leaving=("title",),
            group="entries",
            permission="entries.read",
            link="/o/{organisation}/entries/{subject}",
        ),
        EventKind(
            events.EntryDeleted,
            _("{actor} deleted an entry"),
            act=None,
            feed="entries/feed_deleted.html",
            texts={"title": queries.TITLE},
            holds={"title": OF_2_0},
            leaving=("title",),
            group="entries",
            permission="entries.read",
        ),
    ),
    cards=(PER_DAY, RECENT),
    places=("entry",),
    welcome=(FIRST_ENTRY,),
    schedules=(
        Schedule("entries.forget_old_counts", "27 3 * * *", jobs.forget_old_counts),
        Schedule("entries.rename_former_zones", "33 2 * * *", jobs.rename_former_zones),
    ),
    navigation=(NavigationItem(_("Entries"), "entry", "/o/{organisation}/entries", "entries.read", order=30),),
    titles=(Titles("ent", titles),),
    personal=PersonalData(export=personal.export, erase=personal.erase),
    owned=owned.OWNED,
)
