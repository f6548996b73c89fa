"""Which files are mutated, in which part, and which tests must notice. The quickest tests come first.

A mutant is tried only with the tests listed for its file, since a change that only a distant test notices is found late, if ever.
"""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = "src/phoenix/"

RULES = (
    "tests/kernel/test_authorisation.py",
    "tests/kernel/test_admission.py",
    "tests/kernel/test_decided_again.py",
    "tests/modules/test_who_may.py",
    "tests/blockers/test_impersonation.py",
    "tests/blockers/test_what_impersonation_can_do.py",
    "tests/modules/keys/test_a15_api_keys.py",
    "tests/modules/sign_in/test_a3_second_factor_asked_of.py",
    "tests/asvs/test_v7_sessions.py",
    "tests/asvs/test_v7_reauthentication.py",
    "tests/asvs/test_v8_authorization.py",
    "tests/breaking/test_limits_by_network.py",
    "tests/kernel/test_broken_bodies.py",
    "tests/kernel/test_web.py",
)
DATA = ("tests/kernel/test_database.py", "tests/kernel/test_events.py", "tests/kernel/test_followers.py")
JOBS = (
    "tests/kernel/test_jobs.py",
    "tests/kernel/test_job_keys.py",
    "tests/kernel/test_job_defaults.py",
)
CACHE = (
    "tests/kernel/test_cache_keys.py",
    "tests/kernel/test_two_writers.py",
    "tests/kernel/test_cache.py",
    "tests/kernel/test_cache_around_a_commit.py",
    "tests/kernel/test_cache_namespaces.py",
    "tests/kernel/test_cache_inside.py",
)
MAIL = (
    "tests/kernel/test_mail.py",
    "tests/kernel/test_mail_refused.py",
    "tests/kernel/test_mail_encryption.py",
    "tests/kernel/test_mail_transports.py",
)
BOUNCES = (
    "tests/modules/deliverability/test_n5_bounces.py",
    "tests/modules/deliverability/test_n5_bounces_in_all_letters.py",
)
SETTINGS = (
    "tests/operations/test_settings.py",
    "tests/kernel/test_staging.py",
    "tests/operations/test_wrong_settings.py",
    "tests/modules/providers/test_a5_provider_settings.py",
    "tests/operations/test_up_plan.py",
    "tests/test_docs.py",
)

PARTS: dict[str, dict[str, tuple[str, ...]]] = {
    "rules": {
        "kernel/web/rules.py": (*RULES, "tests/kernel/test_what_a_rule_says.py"),
        "kernel/web/authorisation.py": (*RULES, "tests/kernel/test_what_comes_with_a_request.py"),
    },
    "data": {
        "kernel/data/connect.py": (*DATA, "tests/kernel/test_pool.py", "tests/kernel/test_ends_of_units_of_work.py"),
        "kernel/data/cursors.py": ("tests/kernel/test_cursors.py", "tests/kernel/test_cursors_of_a_part.py"),
        "kernel/data/paged.py": ("tests/modules/test_every_list.py",),
        "kernel/data/listed.py": (
            "tests/kernel/test_listed.py",
            "tests/modules/test_every_list.py",
            "tests/modules/test_places_in_lists.py",
        ),
        "kernel/data/short.py": ("tests/kernel/test_short_lists.py",),
        "kernel/data/database.py": (
            "tests/kernel/test_units_of_work.py",
            *DATA,
            "tests/kernel/test_cache_around_a_commit.py",
            "tests/kernel/test_pool.py",
            "tests/modules/entries/test_entries.py",
            "tests/kernel/test_ends_of_units_of_work.py",
            "tests/kernel/test_spending.py",
            "tests/kernel/test_outbox.py",
        ),
        "kernel/data/events.py": (*DATA, "tests/kernel/test_cache_keys.py", "tests/modules/audit/test_s10_audit_log.py"),
        "kernel/data/failures.py": ("tests/kernel/test_database_failures.py", "tests/kernel/test_database.py"),
        "kernel/data/followers.py": (
            *DATA,
            "tests/kernel/test_followers_at_rest.py",
            "tests/kernel/test_turns_of_followers.py",
            "tests/kernel/test_slow_followers.py",
        ),
        "kernel/data/host.py": ("tests/kernel/test_claim_of_a_host.py", "tests/kernel/test_one_host.py"),
        "kernel/data/ids.py": ("tests/kernel/test_ids.py", "tests/kernel/test_ids_and_the_clock.py"),
        "kernel/data/installation.py": ("tests/kernel/test_installation.py", "tests/kernel/test_opening.py"),
        "kernel/data/jobs.py": JOBS,
        "kernel/data/lease.py": (
            "tests/kernel/test_lease.py",
            "tests/kernel/test_database_failures.py",
            "tests/kernel/test_pool.py",
            "tests/kernel/test_database.py",
            "tests/kernel/test_opening.py",
        ),
        "kernel/data/outbox.py": ("tests/kernel/test_outbox.py", *DATA),
        "kernel/data/purge.py": ("tests/kernel/test_purge.py",),
        "kernel/data/query.py": ("tests/kernel/test_query.py", "tests/kernel/test_database.py"),
        "kernel/data/revision.py": ("tests/kernel/test_run_sql.py",),
        "kernel/data/disk_space.py": ("tests/kernel/test_disk_space.py",),
        "kernel/data/statements.py": ("tests/kernel/test_statements.py", "tests/kernel/test_development.py"),
        "kernel/data/former_zones.py": ("tests/kernel/test_former_zones.py",),
        "kernel/data/words.py": ("tests/modules/admin/test_people.py",),
        "kernel/data/upkeep.py": ("tests/kernel/test_trimmed_events.py", "tests/modules/audit/test_texts.py"),
    },
    "cache": {
        "kernel/cache/cache.py": CACHE,
        "kernel/cache/generations.py": ("tests/kernel/test_cache_details.py", *CACHE),
        "kernel/cache/keys.py": CACHE,
        "kernel/cache/marks.py": CACHE,
        "kernel/cache/limits.py": ("tests/kernel/test_limits.py",),
        "kernel/cache/valkey.py": (
            "tests/kernel/test_valkey.py",
            "tests/kernel/test_cache_details.py",
            "tests/kernel/test_limits.py",
            *CACHE,
        ),
    },
    "email-and-settings": {
        "kernel/email/dkim.py": ("tests/kernel/test_dkim.py",),
        "kernel/email/mailer.py": MAIL,
        "kernel/email/message.py": MAIL,
        "kernel/email/message_id.py": BOUNCES,
        "kernel/email/recipients.py": ("tests/kernel/test_mail_refused.py", *BOUNCES),
        "kernel/email/texts.py": ("tests/modules/email_texts/test_n5_refused_texts.py", "tests/modules/email_texts/test_n5_versions.py"),
        "kernel/email/transports/smtp.py": MAIL,
        "kernel/email/transports/sendgrid.py": MAIL,
        "kernel/email/transports/smtp_connections.py": ("tests/kernel/test_mail_connections.py", *MAIL),
        "kernel/sms/numbers.py": ("tests/kernel/sms/test_n4_numbers.py", "tests/modules/sms/test_n4_numbers.py"),
        "kernel/sms/text.py": ("tests/kernel/sms/test_n4_text.py",),
        "kernel/sms/transports/twilio.py": ("tests/modules/sms/test_n4_sms.py",),
        "settings/__init__.py": SETTINGS,
        "settings/checks.py": SETTINGS,
        "settings/concerns.py": SETTINGS,
        "settings/declare.py": SETTINGS,
        "settings/logs.py": SETTINGS,
    },
}


def tests_of(path: str) -> list[str]:
    """The test files of a source file. Raises KeyError for a file that is in no part."""
    for files in PARTS.values():
        if path in files:
            return list(files[path])
    raise KeyError(path)
