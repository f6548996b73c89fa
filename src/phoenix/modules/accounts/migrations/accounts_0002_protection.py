"""What protects an account: second factors, passkeys, identities elsewhere, guards against guessing, keys, and what the person may ask for."""

from phoenix.kernel.data.revision import run_sql

revision = "accounts_0002"
down_revision = "accounts_0001"
branch_labels = None
depends_on = ("kernel_0002",)


def upgrade() -> None:
    run_sql("""
        ALTER TABLE accounts
            ADD COLUMN kind text COLLATE "C" NOT NULL DEFAULT 'person' CONSTRAINT accounts_kind_known CHECK (kind IN ('person', 'service')),
            ADD COLUMN contact text NOT NULL DEFAULT '',
            ADD COLUMN new_email text,
            ADD COLUMN locked_at timestamptz,
            ADD COLUMN lock_reason text,
            ADD COLUMN erase_at timestamptz,
            ADD COLUMN erased_at timestamptz;
        CREATE INDEX accounts_to_erase ON accounts (erase_at) WHERE erase_at IS NOT NULL;

        ALTER TABLE sessions
            ADD COLUMN method text COLLATE "C" NOT NULL DEFAULT 'password',
            ADD COLUMN proved_at timestamptz,
            ADD COLUMN renewals integer NOT NULL DEFAULT 0,
            ADD COLUMN impersonator_id text COLLATE "C" REFERENCES accounts ON DELETE CASCADE,
            ADD COLUMN impersonation_reason text,
            ADD COLUMN impersonation_writes boolean NOT NULL DEFAULT false;
        CREATE INDEX sessions_by_impersonator ON sessions (impersonator_id) WHERE impersonator_id IS NOT NULL;

        CREATE TABLE guards (
            key bytea PRIMARY KEY,
            account_id text COLLATE "C" REFERENCES accounts ON DELETE CASCADE,
            failures integer NOT NULL,
            locked_until timestamptz NOT NULL,
            tried_at timestamptz NOT NULL
        );
        CREATE INDEX guards_by_account ON guards (account_id) WHERE account_id IS NOT NULL;
        CREATE INDEX guards_by_age ON guards (tried_at);

        CREATE TABLE known_devices (
            account_id text COLLATE "C" NOT NULL REFERENCES accounts ON DELETE CASCADE,
            device_hash bytea NOT NULL,
            first_seen_at timestamptz NOT NULL,
            seen_at timestamptz NOT NULL,
            PRIMARY KEY (account_id, device_hash)
        );

        CREATE TABLE totp_secrets (
            account_id text COLLATE "C" PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
            sealed bytea NOT NULL,
            last_step bigint NOT NULL DEFAULT 0,
            created_at timestamptz NOT NULL,
            confirmed_at timestamptz
        );

        CREATE TABLE backup_codes (
            account_id text COLLATE "C" NOT NULL REFERENCES accounts ON DELETE CASCADE,
            code_hash bytea NOT NULL,
            used_at timestamptz,
            created_at timestamptz NOT NULL,
            PRIMARY KEY (account_id, code_hash)
        );

        CREATE TABLE passkeys (
            id text COLLATE "C" PRIMARY KEY,
            account_id text COLLATE "C" NOT NULL REFERENCES accounts ON DELETE CASCADE,
            credential_id bytea NOT NULL CONSTRAINT passkeys_credential_unique UNIQUE,
            public_key bytea NOT NULL,
            sign_count bigint NOT NULL,
            name text NOT NULL,
            transports text[] NOT NULL DEFAULT '{}',
            backed_up boolean NOT NULL,
            created_at timestamptz NOT NULL,
            used_at timestamptz
        );
        CREATE INDEX passkeys_by_account ON passkeys (account_id);

        CREATE TABLE identities (
            id text COLLATE "C" PRIMARY KEY,
            account_id text COLLATE "C" NOT NULL REFERENCES accounts ON DELETE CASCADE,
            provider text COLLATE "C" NOT NULL,
            issuer text COLLATE "C" NOT NULL,
            subject text COLLATE "C" NOT NULL,
            email text NOT NULL,
            created_at timestamptz NOT NULL,
            used_at timestamptz,
            CONSTRAINT identities_subject_unique UNIQUE (issuer, subject)
        );
        CREATE INDEX identities_by_account ON identities (account_id);

        CREATE TABLE spent_tokens (
            hash bytea PRIMARY KEY,
            until timestamptz NOT NULL
        );
        CREATE INDEX spent_tokens_by_age ON spent_tokens (until);

        CREATE TABLE signing_keys (
            id text COLLATE "C" PRIMARY KEY,
            algorithm text COLLATE "C" NOT NULL,
            public jsonb NOT NULL,
            sealed bytea NOT NULL,
            state text COLLATE "C" NOT NULL CONSTRAINT signing_keys_state_known CHECK (state IN ('standby', 'active', 'retired', 'revoked')),
            created_at timestamptz NOT NULL,
            activated_at timestamptz,
            retired_at timestamptz,
            revoked_at timestamptz
        );
        CREATE UNIQUE INDEX signing_keys_one_active ON signing_keys (state) WHERE state = 'active';

        CREATE TABLE api_keys (
            id text COLLATE "C" PRIMARY KEY,
            account_id text COLLATE "C" NOT NULL REFERENCES accounts ON DELETE CASCADE,
            name text NOT NULL,
            key_hash bytea NOT NULL CONSTRAINT api_keys_hash_unique UNIQUE,
            hint text NOT NULL,
            scopes text[] NOT NULL,
            created_by text COLLATE "C" REFERENCES accounts ON DELETE SET NULL,
            created_at timestamptz NOT NULL,
            seen_at timestamptz,
            until timestamptz NOT NULL,
            revoked_at timestamptz
        );
        CREATE INDEX api_keys_by_account ON api_keys (account_id);
        CREATE INDEX api_keys_by_maker ON api_keys (created_by) WHERE created_by IS NOT NULL;

        CREATE TABLE exports (
            id text COLLATE "C" PRIMARY KEY,
            account_id text COLLATE "C" NOT NULL REFERENCES accounts ON DELETE CASCADE,
            archive bytea,
            created_at timestamptz NOT NULL,
            ready_at timestamptz,
            until timestamptz NOT NULL
        );
        CREATE INDEX exports_by_account ON exports (account_id, created_at DESC);
        CREATE INDEX exports_by_age ON exports (until);
    """)
