"""What the admin panel gave to the audit log, whose tables it made: the names of its event and its jobs. Rows of the log stay as written."""

from phoenix.kernel.data.revision import run_sql

revision = "audit_0001"
down_revision = None
branch_labels = ("audit",)
depends_on = ("admin_0001",)


def upgrade() -> None:
    run_sql("""
        UPDATE events SET kind = 'audit.signed' WHERE kind = 'admin.audit_log_signed';
        UPDATE pgqueuer SET entrypoint = 'audit.verify', dedupe_key = CASE WHEN dedupe_key IS NULL THEN NULL ELSE 'audit.verify' END
         WHERE entrypoint = 'admin.verify_audit_log';
        DELETE FROM pgqueuer_schedules WHERE entrypoint = 'admin.verify_audit_log_nightly';
    """)
