"""What accounts gave to modules of their own: the kinds of their events, the names of their jobs, and what finds events about an account."""

from phoenix.kernel.data.revision import run_sql

revision = "accounts_0003"
down_revision = "accounts_0002"
branch_labels = None
depends_on = ("kernel_0002",)


def upgrade() -> None:
    run_sql("""
        UPDATE events e SET kind = named.kind
          FROM (VALUES ('accounts.logged_in', 'sessions.started'),
                       ('accounts.session_ended', 'sessions.ended'),
                       ('accounts.new_device', 'sessions.new_device_seen'),
                       ('accounts.identity_proven', 'sessions.reauthenticated'),
                       ('accounts.impersonation_ended', 'sessions.impersonation_ended'),
                       ('accounts.signing_keys_rotated', 'sessions.signing_keys_rotated'),
                       ('accounts.signing_key_revoked', 'sessions.signing_key_revoked'),
                       ('accounts.slowed_down', 'factors.sign_in_paused'),
                       ('accounts.unlocked', 'factors.sign_in_resumed'),
                       ('accounts.second_factor_added', 'factors.second_factor_added'),
                       ('accounts.second_factor_removed', 'factors.second_factor_removed'),
                       ('accounts.backup_codes_made', 'factors.backup_codes_created'),
                       ('accounts.backup_code_used', 'factors.backup_code_used'),
                       ('accounts.passkey_added', 'factors.passkey_added'),
                       ('accounts.passkey_removed', 'factors.passkey_removed'),
                       ('accounts.passkey_doubted', 'factors.passkey_refused'),
                       ('accounts.identity_connected', 'providers.identity_connected'),
                       ('accounts.identity_disconnected', 'providers.identity_disconnected'),
                       ('accounts.password_reset', 'sign_in.password_reset'),
                       ('accounts.password_changed', 'sign_in.password_changed'),
                       ('accounts.address_changed', 'sign_in.address_changed'),
                       ('accounts.service_account_made', 'keys.service_account_created'),
                       ('accounts.api_key_made', 'keys.api_key_created'),
                       ('accounts.api_key_revoked', 'keys.api_key_revoked'),
                       ('accounts.impersonated', 'impersonation.started'),
                       ('accounts.locked', 'admin.account_locked'),
                       ('accounts.opened', 'admin.account_unlocked'),
                       ('accounts.password_taken', 'admin.password_reset_forced'),
                       ('accounts.export_fetched_by_staff', 'admin.export_fetched'),
                       ('accounts.export_asked', 'accounts.export_requested'),
                       ('accounts.deletion_asked', 'accounts.deletion_requested'),
                       ('accounts.permission_taken', 'accounts.permission_removed')) AS named (former, kind)
         WHERE e.kind = named.former;

        -- Events about an account belong to no organisation, whichever module they are of.
        DROP INDEX events_of_accounts;
        CREATE INDEX events_about_accounts ON events (subject, number DESC) WHERE organisation_id IS NULL AND subject IS NOT NULL;

        UPDATE pgqueuer q SET entrypoint = named.name
          FROM (VALUES ('accounts.send_verification', 'sign_in.send_verification'),
                       ('accounts.send_already_registered', 'sign_in.send_already_registered'),
                       ('accounts.send_reset', 'sign_in.send_password_reset'),
                       ('accounts.send_forced_reset', 'sign_in.send_forced_reset'),
                       ('accounts.send_log_in_code', 'sign_in.send_sign_in_code'),
                       ('accounts.send_unlock', 'sign_in.send_unlock'),
                       ('accounts.send_confirmation_code', 'sign_in.send_reauthentication_code'),
                       ('accounts.send_address_change', 'sign_in.send_address_change'),
                       ('accounts.send_address_changed', 'sign_in.send_address_changed'),
                       ('accounts.send_new_device', 'sessions.send_new_device')) AS named (former, name)
         WHERE q.entrypoint = named.former;

        -- Two notices were renamed with the events they are about.
        UPDATE pgqueuer
           SET payload = convert_to(replace(replace(convert_from(payload, 'UTF8'), '"what":"passkey_doubted"', '"what":"passkey_refused"'),
                                            '"what":"api_key_made"', '"what":"api_key_created"'), 'UTF8')
         WHERE entrypoint = 'accounts.send_security_notice';

        -- The worker adds those of today when it starts.
        DELETE FROM pgqueuer_schedules WHERE entrypoint IN ('accounts.forget_the_old', 'accounts.erase_who_is_due');

        UPDATE proofs SET purpose = CASE purpose WHEN 'sign_in' THEN 'sign_in' ELSE 'reauthenticate' END
         WHERE purpose IN ('sign_in', 'confirm');
    """)
