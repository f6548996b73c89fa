"""Accounts, sign-ups that wait for their proof, the proofs sent to addresses, sessions, and what an account may do on the whole platform."""

from phoenix.kernel.data.revision import run_sql

revision = "accounts_0001"
down_revision = None
branch_labels = ("accounts",)
depends_on = ("kernel_0001",)


def upgrade() -> None:
    run_sql("""
        CREATE TABLE accounts (
            id text COLLATE "C" PRIMARY KEY,
            email text NOT NULL,
            email_key text COLLATE "C" NOT NULL CONSTRAINT accounts_email_key_unique UNIQUE,
            name text NOT NULL,
            password_hash text NOT NULL,
            time_zone text NOT NULL,
            locale text NOT NULL,
            email_verified_at timestamptz NOT NULL,
            terms_accepted_at timestamptz NOT NULL,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            version integer NOT NULL DEFAULT 1
        );

        CREATE TABLE user_permissions (
            account_id text COLLATE "C" NOT NULL REFERENCES accounts ON DELETE CASCADE,
            permission text COLLATE "C" NOT NULL,
            granted_by text COLLATE "C" REFERENCES accounts ON DELETE SET NULL,
            granted_at timestamptz NOT NULL,
            PRIMARY KEY (account_id, permission)
        );
        CREATE INDEX user_permissions_by_granter ON user_permissions (granted_by) WHERE granted_by IS NOT NULL;

        CREATE TABLE sign_ups (
            id text COLLATE "C" PRIMARY KEY,
            email text NOT NULL,
            email_key text COLLATE "C" NOT NULL,
            name text NOT NULL,
            password_hash text NOT NULL,
            time_zone text NOT NULL,
            locale text NOT NULL,
            created_at timestamptz NOT NULL
        );
        CREATE INDEX sign_ups_by_email ON sign_ups (email_key, created_at DESC);
        CREATE INDEX sign_ups_by_age ON sign_ups (created_at);

        CREATE TABLE proofs (
            id text COLLATE "C" PRIMARY KEY,
            account_id text COLLATE "C" REFERENCES accounts ON DELETE CASCADE,
            sign_up_id text COLLATE "C" REFERENCES sign_ups ON DELETE CASCADE,
            email_key text COLLATE "C" NOT NULL,
            purpose text COLLATE "C" NOT NULL,
            link_hash bytea NOT NULL CONSTRAINT proofs_link_hash_unique UNIQUE,
            code_hash bytea NOT NULL,
            code_until timestamptz NOT NULL,
            link_until timestamptz NOT NULL,
            tries_left smallint NOT NULL,
            used_at timestamptz,
            created_at timestamptz NOT NULL
        );
        CREATE INDEX proofs_by_email ON proofs (email_key, purpose, created_at DESC);
        CREATE INDEX proofs_by_account ON proofs (account_id) WHERE account_id IS NOT NULL;
        CREATE INDEX proofs_by_sign_up ON proofs (sign_up_id) WHERE sign_up_id IS NOT NULL;

        CREATE TABLE sessions (
            id text COLLATE "C" PRIMARY KEY,
            account_id text COLLATE "C" NOT NULL REFERENCES accounts ON DELETE CASCADE,
            token_hash bytea NOT NULL CONSTRAINT sessions_token_hash_unique UNIQUE,
            refresh_hash bytea CONSTRAINT sessions_refresh_hash_unique UNIQUE,
            former_refresh_hash bytea CONSTRAINT sessions_former_refresh_hash_unique UNIQUE,
            refreshed_at timestamptz,
            refresh_count integer NOT NULL DEFAULT 0,
            remembered boolean NOT NULL,
            idle_seconds integer NOT NULL,
            created_at timestamptz NOT NULL,
            seen_at timestamptz NOT NULL,
            idle_until timestamptz NOT NULL,
            until timestamptz NOT NULL,
            access_until timestamptz NOT NULL,
            ended_at timestamptz,
            end_reason text,
            device text NOT NULL,
            place text NOT NULL
        );
        CREATE INDEX sessions_by_account ON sessions (account_id, seen_at DESC) WHERE ended_at IS NULL;
    """)
