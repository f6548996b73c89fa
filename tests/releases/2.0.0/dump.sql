SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE TYPE public.pgqueuer_status AS ENUM (
    'queued',
    'picked',
    'successful',
    'exception',
    'canceled',
    'deleted',
    'failed'
);
CREATE FUNCTION public.fn_pgqueuer_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    to_emit BOOLEAN := false;  -- Flag to decide whether to emit a notification
BEGIN
    -- Check operation type and set the emit flag accordingly
    IF TG_OP = 'UPDATE' AND OLD IS DISTINCT FROM NEW THEN
        to_emit := true;
    ELSIF TG_OP = 'DELETE' THEN
        to_emit := true;
    ELSIF TG_OP = 'INSERT' THEN
        to_emit := true;
    ELSIF TG_OP = 'TRUNCATE' THEN
        to_emit := true;
    END IF;
    -- Perform notification if the emit flag is set
    IF to_emit THEN
        PERFORM pg_notify(
            'ch_pgqueuer',
            json_build_object(
                'channel', 'ch_pgqueuer',
                'operation', lower(TG_OP),
                'sent_at', NOW(),
                'table', TG_TABLE_NAME,
                'type', 'table_changed_event'
            )::text
        );
    END IF;
    -- Return appropriate value based on the operation
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        RETURN NEW;
    ELSIF TG_OP = 'DELETE' THEN
        RETURN OLD;
    ELSE
        RETURN NULL; -- For TRUNCATE and other non-row-specific contexts
    END IF;
END;
$$;
CREATE FUNCTION public.refuse_change_of_audit_log() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            RAISE EXCEPTION 'The audit log is append-only.' USING ERRCODE = 'insufficient_privilege';
        END $$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.accounts (
    id text NOT NULL COLLATE pg_catalog."C",
    email text NOT NULL,
    email_key text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    password_hash text NOT NULL,
    time_zone text NOT NULL,
    locale text NOT NULL,
    email_verified_at timestamp with time zone NOT NULL,
    terms_accepted_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    kind text DEFAULT 'person'::text NOT NULL COLLATE pg_catalog."C",
    contact text DEFAULT ''::text NOT NULL,
    new_email text,
    locked_at timestamp with time zone,
    lock_reason text,
    erase_at timestamp with time zone,
    erased_at timestamp with time zone,
    CONSTRAINT accounts_kind_known CHECK ((kind = ANY (ARRAY['person'::text, 'service'::text])))
);
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.api_keys (
    id text NOT NULL COLLATE pg_catalog."C",
    account_id text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    key_hash bytea NOT NULL,
    hint text NOT NULL,
    scopes text[] NOT NULL,
    created_by text COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone,
    until timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone
);
CREATE TABLE public.audit_checks (
    is_one boolean DEFAULT true NOT NULL,
    at timestamp with time zone NOT NULL,
    rows bigint NOT NULL,
    fault text NOT NULL,
    CONSTRAINT audit_checks_is_one_check CHECK (is_one)
);
CREATE TABLE public.audit_head (
    is_one boolean DEFAULT true NOT NULL,
    number bigint NOT NULL,
    hash bytea NOT NULL,
    signed text NOT NULL,
    CONSTRAINT audit_head_is_one_check CHECK (is_one)
);
CREATE TABLE public.audit_log (
    number bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_id text COLLATE pg_catalog."C",
    impersonator_id text COLLATE pg_catalog."C",
    action text NOT NULL COLLATE pg_catalog."C",
    subject text COLLATE pg_catalog."C",
    organisation_id text COLLATE pg_catalog."C",
    data jsonb NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C",
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL
);
CREATE TABLE public.backup_codes (
    account_id text NOT NULL COLLATE pg_catalog."C",
    code_hash bytea NOT NULL,
    used_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.entries (
    id text NOT NULL COLLATE pg_catalog."C",
    organisation_id text NOT NULL COLLATE pg_catalog."C",
    author_id text NOT NULL COLLATE pg_catalog."C",
    title text NOT NULL,
    body text NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    time_zone text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL
);
CREATE TABLE public.event_followers (
    name text NOT NULL COLLATE pg_catalog."C",
    transaction xid8 DEFAULT '0'::xid8 NOT NULL,
    number bigint DEFAULT 0 NOT NULL,
    moved_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.events (
    number bigint NOT NULL,
    transaction xid8 DEFAULT pg_current_xact_id() NOT NULL,
    id text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    organisation_id text COLLATE pg_catalog."C",
    actor_id text COLLATE pg_catalog."C",
    subject text COLLATE pg_catalog."C",
    data jsonb DEFAULT '{}'::jsonb NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    request_id text COLLATE pg_catalog."C",
    impersonator_id text COLLATE pg_catalog."C"
);
ALTER TABLE public.events ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.events_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.exports (
    id text NOT NULL COLLATE pg_catalog."C",
    account_id text NOT NULL COLLATE pg_catalog."C",
    archive bytea,
    created_at timestamp with time zone NOT NULL,
    ready_at timestamp with time zone,
    until timestamp with time zone NOT NULL
);
CREATE TABLE public.guards (
    key bytea NOT NULL,
    account_id text COLLATE pg_catalog."C",
    failures integer NOT NULL,
    locked_until timestamp with time zone NOT NULL,
    tried_at timestamp with time zone NOT NULL
);
CREATE TABLE public.idempotency_keys (
    caller text NOT NULL COLLATE pg_catalog."C",
    key text NOT NULL COLLATE pg_catalog."C",
    request bytea NOT NULL,
    status smallint NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.identities (
    id text NOT NULL COLLATE pg_catalog."C",
    account_id text NOT NULL COLLATE pg_catalog."C",
    provider text NOT NULL COLLATE pg_catalog."C",
    issuer text NOT NULL COLLATE pg_catalog."C",
    subject text NOT NULL COLLATE pg_catalog."C",
    email text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);
CREATE TABLE public.installation (
    is_one boolean DEFAULT true NOT NULL,
    environment text NOT NULL COLLATE pg_catalog."C",
    key_check bytea NOT NULL,
    CONSTRAINT installation_is_one_check CHECK (is_one)
);
CREATE TABLE public.invitations (
    id text NOT NULL COLLATE pg_catalog."C",
    organisation_id text NOT NULL COLLATE pg_catalog."C",
    email text NOT NULL,
    email_key text NOT NULL COLLATE pg_catalog."C",
    role text NOT NULL COLLATE pg_catalog."C",
    invited_by text NOT NULL COLLATE pg_catalog."C",
    token_hash bytea NOT NULL,
    until timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone NOT NULL,
    accepted_at timestamp with time zone,
    revoked_at timestamp with time zone
);
CREATE TABLE public.known_devices (
    account_id text NOT NULL COLLATE pg_catalog."C",
    device_hash bytea NOT NULL,
    first_seen_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL
);
CREATE TABLE public.memberships (
    organisation_id text NOT NULL COLLATE pg_catalog."C",
    account_id text NOT NULL COLLATE pg_catalog."C",
    role text NOT NULL COLLATE pg_catalog."C",
    joined_at timestamp with time zone NOT NULL
);
CREATE TABLE public.organisations (
    id text NOT NULL COLLATE pg_catalog."C",
    slug text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL
);
CREATE TABLE public.passkeys (
    id text NOT NULL COLLATE pg_catalog."C",
    account_id text NOT NULL COLLATE pg_catalog."C",
    credential_id bytea NOT NULL,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    name text NOT NULL,
    transports text[] DEFAULT '{}'::text[] NOT NULL,
    backed_up boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);
CREATE TABLE public.pgqueuer (
    id bigint NOT NULL,
    priority integer NOT NULL,
    queue_manager_id uuid,
    created timestamp with time zone DEFAULT now() NOT NULL,
    updated timestamp with time zone DEFAULT now() NOT NULL,
    heartbeat timestamp with time zone DEFAULT now() NOT NULL,
    execute_after timestamp with time zone DEFAULT now() NOT NULL,
    status public.pgqueuer_status NOT NULL,
    entrypoint text NOT NULL,
    dedupe_key text,
    payload bytea,
    headers jsonb,
    attempts integer DEFAULT 0 NOT NULL,
    slot bigint
);
CREATE SEQUENCE public.pgqueuer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.pgqueuer_id_seq OWNED BY public.pgqueuer.id;
CREATE TABLE public.pgqueuer_log (
    id bigint NOT NULL,
    created timestamp with time zone DEFAULT now() NOT NULL,
    job_id bigint NOT NULL,
    status public.pgqueuer_status NOT NULL,
    priority integer NOT NULL,
    entrypoint text NOT NULL,
    traceback jsonb,
    aggregated boolean DEFAULT false
);
ALTER TABLE public.pgqueuer_log ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.pgqueuer_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.pgqueuer_schedules (
    id bigint NOT NULL,
    expression text NOT NULL,
    entrypoint text NOT NULL,
    heartbeat timestamp with time zone DEFAULT now() NOT NULL,
    created timestamp with time zone DEFAULT now() NOT NULL,
    updated timestamp with time zone DEFAULT now() NOT NULL,
    next_run timestamp with time zone DEFAULT now() NOT NULL,
    last_run timestamp with time zone,
    status public.pgqueuer_status DEFAULT 'queued'::public.pgqueuer_status
);
CREATE SEQUENCE public.pgqueuer_schedules_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.pgqueuer_schedules_id_seq OWNED BY public.pgqueuer_schedules.id;
CREATE TABLE public.pgqueuer_statistics (
    id bigint NOT NULL,
    created timestamp with time zone DEFAULT date_trunc('sec'::text, now()) NOT NULL,
    count bigint NOT NULL,
    priority integer NOT NULL,
    status public.pgqueuer_status NOT NULL,
    entrypoint text NOT NULL
);
CREATE SEQUENCE public.pgqueuer_statistics_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.pgqueuer_statistics_id_seq OWNED BY public.pgqueuer_statistics.id;
CREATE TABLE public.proofs (
    id text NOT NULL COLLATE pg_catalog."C",
    account_id text COLLATE pg_catalog."C",
    sign_up_id text COLLATE pg_catalog."C",
    email_key text NOT NULL COLLATE pg_catalog."C",
    purpose text NOT NULL COLLATE pg_catalog."C",
    link_hash bytea NOT NULL,
    code_hash bytea NOT NULL,
    code_until timestamp with time zone NOT NULL,
    link_until timestamp with time zone NOT NULL,
    tries_left smallint NOT NULL,
    used_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.sessions (
    id text NOT NULL COLLATE pg_catalog."C",
    account_id text NOT NULL COLLATE pg_catalog."C",
    token_hash bytea NOT NULL,
    refresh_hash bytea,
    former_refresh_hash bytea,
    refreshed_at timestamp with time zone,
    refresh_count integer DEFAULT 0 NOT NULL,
    remembered boolean NOT NULL,
    idle_seconds integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    idle_until timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    access_until timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    end_reason text,
    device text NOT NULL,
    place text NOT NULL,
    method text DEFAULT 'password'::text NOT NULL COLLATE pg_catalog."C",
    proved_at timestamp with time zone,
    renewals integer DEFAULT 0 NOT NULL,
    impersonator_id text COLLATE pg_catalog."C",
    impersonation_reason text,
    impersonation_writes boolean DEFAULT false NOT NULL
);
CREATE TABLE public.sign_ups (
    id text NOT NULL COLLATE pg_catalog."C",
    email text NOT NULL,
    email_key text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    password_hash text NOT NULL,
    time_zone text NOT NULL,
    locale text NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.signing_keys (
    id text NOT NULL COLLATE pg_catalog."C",
    algorithm text NOT NULL COLLATE pg_catalog."C",
    public jsonb NOT NULL,
    sealed bytea NOT NULL,
    state text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    activated_at timestamp with time zone,
    retired_at timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT signing_keys_state_known CHECK ((state = ANY (ARRAY['standby'::text, 'active'::text, 'retired'::text, 'revoked'::text])))
);
CREATE TABLE public.spent_tokens (
    hash bytea NOT NULL,
    until timestamp with time zone NOT NULL
);
CREATE TABLE public.totp_secrets (
    account_id text NOT NULL COLLATE pg_catalog."C",
    sealed bytea NOT NULL,
    last_step bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    confirmed_at timestamp with time zone
);
CREATE TABLE public.user_permissions (
    account_id text NOT NULL COLLATE pg_catalog."C",
    permission text NOT NULL COLLATE pg_catalog."C",
    granted_by text COLLATE pg_catalog."C",
    granted_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.pgqueuer ALTER COLUMN id SET DEFAULT nextval('public.pgqueuer_id_seq'::regclass);
ALTER TABLE ONLY public.pgqueuer_schedules ALTER COLUMN id SET DEFAULT nextval('public.pgqueuer_schedules_id_seq'::regclass);
ALTER TABLE ONLY public.pgqueuer_statistics ALTER COLUMN id SET DEFAULT nextval('public.pgqueuer_statistics_id_seq'::regclass);
INSERT INTO public.accounts VALUES
	('acc_01m8aat0naeb0bs29kjafm3620', 'mara.lindqvist@example.com', 'mara.lindqvist@example.com', 'Mara Lindqvist', '$argon2id$v=19$m=19456,t=2,p=1$IoucWH1GSV///Erf+BUr1w$bCNANbYrfzRugvBOCCdIeeuugJ6xB0dwJylteUyV4XA', 'Europe/Berlin', 'en', '2026-11-09 12:00:00+00', '2026-11-09 12:00:00+00', '2026-11-09 12:00:00+00', '2026-11-09 12:00:00+00', 1, 'person', '', NULL, NULL, NULL, NULL, NULL),
	('acc_01m8aat0nceeq9k69rjx1h5hsf', 'tomas.aguirre@example.com', 'tomas.aguirre@example.com', 'Tomás Aguirre', '$argon2id$v=19$m=19456,t=2,p=1$Kc7DqtFCR2L+dTIBTLSclQ$4EJBq8BXwcBwuFxxNynPWJQM2BBV5jnipjURvltXZuM', 'Europe/Madrid', 'en', '2026-11-09 12:00:00+00', '2026-11-09 12:00:00+00', '2026-11-09 12:00:00+00', '2026-11-09 12:00:00+00', 1, 'person', '', NULL, NULL, NULL, NULL, NULL),
	('acc_01m8aat0ndeqat569b804kp2h2', 'priya.raman@example.com', 'priya.raman@example.com', 'Priya Raman', '$argon2id$v=19$m=19456,t=2,p=1$tGgx46r1iXiFQ8TzUi55Og$yhhdvkd+ZheYK8KREIAB9DmyKSwDd6i5XkgMJsT5OaA', 'Asia/Kolkata', 'en', '2026-11-09 12:00:00+00', '2026-11-09 12:00:00+00', '2026-11-09 12:00:00+00', '2026-11-09 12:00:00+00', 1, 'person', '', NULL, NULL, NULL, NULL, NULL),
	('acc_01m8aat0ndeqat569b81d9q7g8', 'aiko.tanabe@example.com', 'aiko.tanabe@example.com', 'Aiko Tanabe', '$argon2id$v=19$m=19456,t=2,p=1$QdAyXOyaDooqiYaSD2pkbg$exerJSvDoALMt7Fr7zLZqD8SEUFXYVZYEw1CnZz3nqY', 'Asia/Tokyo', 'en', '2026-11-09 12:00:00+00', '2026-11-09 12:00:00+00', '2026-11-09 12:00:00+00', '2026-11-09 12:00:00+00', 1, 'person', '', NULL, NULL, NULL, NULL, NULL),
	('acc_01m8aat0ndeqat569b84by8s9e', 'owen.fairbairn@example.com', 'owen.fairbairn@example.com', 'Owen Fairbairn', '$argon2id$v=19$m=19456,t=2,p=1$kKmjTyFM0A4bv2TqQ6A1RA$LvYS/z0F2WHN3T+/zpmQcAz1LuZYMB5g3Lwgz8XtAYY', 'Australia/Lord_Howe', 'en', '2026-11-09 12:00:00+00', '2026-11-09 12:00:00+00', '2026-11-09 12:00:00+00', '2026-11-09 12:00:00+00', 1, 'person', '', NULL, NULL, NULL, NULL, NULL),
	('acc_01m8aat11zehrthx9ary3tyxth', 'bo@example.com', 'bo@example.com', 'Bo', '$argon2id$v=19$m=19456,t=2,p=1$PIxh8dQINgSdTBb/6Qb3ag$rrQ561b8rhWt4AXkZy40pKpQ3kpOnubLQ0sTG3mMlac', 'Europe/Berlin', 'en', '2026-11-23 12:01:00+00', '2026-11-23 12:01:00+00', '2026-11-23 12:01:00+00', '2026-11-23 12:01:00+00', 1, 'person', '', NULL, NULL, NULL, NULL, NULL),
	('acc_01m8aat1e3ekes5esv3n0j7pjf', 'di@example.com', 'di@example.com', 'Di', '$argon2id$v=19$m=19456,t=2,p=1$2gLESkVpClH7+BRHVylC8A$AsHjoNY8B8d3hZFqApTGhAcNhVRC+loSSmZCXyhgAY8', 'Europe/Berlin', 'en', '2026-11-23 12:03:00+00', '2026-11-23 12:03:00+00', '2026-11-23 12:03:00+00', '2026-11-23 12:03:00+00', 1, 'person', '', NULL, NULL, NULL, NULL, NULL),
	('acc_01m8aat1zee9x86g3keh50fv7v', 'acc_01m8aat1zee9x86g3keh50fv7v@service.invalid', 'acc_01m8aat1zee9x86g3keh50fv7v@service.invalid', 'Importer', '!', 'UTC', 'en', '2026-11-23 12:10:00+00', '2026-11-23 12:10:00+00', '2026-11-23 12:10:00+00', '2026-11-23 12:10:00+00', 1, 'service', '', NULL, NULL, NULL, NULL, NULL),
	('acc_01m8aat0tneqpss0esrbak8xtq', 'ada@example.com', 'ada@example.com', 'Ada', '$argon2id$v=19$m=19456,t=2,p=1$5wSDjRun/5tGHRL/o7Qayg$4iKjMUz2mJAFr5fWrvEQ4qE++idw57VpVJFZ9W/B1w8', 'Europe/Berlin', 'en', '2026-11-23 12:00:00+00', '2026-11-23 12:00:00+00', '2026-11-23 12:00:00+00', '2026-11-23 12:10:00+00', 2, 'person', '+49 40 123456', NULL, NULL, NULL, NULL, NULL),
	('acc_01m8aat17deeytmrern4r26fxx', 'cy@example.com', 'cy@example.com', 'Cy', '$argon2id$v=19$m=19456,t=2,p=1$8tSAFF2IsVNu6GZmgZM0mg$ob3PQ1FQ7pUh+Xy0hqRck4DAuzAyAa+OTwfuuSURDbw', 'Europe/Berlin', 'en', '2026-11-23 12:02:00+00', '2026-11-23 12:02:00+00', '2026-11-23 12:02:00+00', '2026-11-23 12:02:00+00', 1, 'person', '', NULL, NULL, NULL, '2026-12-07 12:10:00+00', NULL);
INSERT INTO public.alembic_version VALUES
	('admin_0001'),
	('entries_0001');
INSERT INTO public.api_keys VALUES
	('key_01m8aat1z8e10s3hb7cr7w56hd', 'acc_01m8aat0tneqpss0esrbak8xtq', 'Export', '\x0b607e43d36cdaaa723500cf68de85ce5e309b245c5bc3fbf2f8ddf9c1d3faaf', 'hKWk', '{entries.read}', 'acc_01m8aat0tneqpss0esrbak8xtq', '2026-11-23 12:10:00+00', NULL, '2027-11-23 12:10:00+00', NULL),
	('key_01m8aat1zge4dt6t832y42paag', 'acc_01m8aat1zee9x86g3keh50fv7v', 'Importer', '\xdc436275c67cdd8a0c621d98edcec931a28eae7620e83845a5e9124a32f83c03', 'y9Is', '{entries.read}', 'acc_01m8aat0tneqpss0esrbak8xtq', '2026-11-23 12:10:00+00', NULL, '2027-02-21 12:10:00+00', NULL);
INSERT INTO public.audit_head VALUES
	(true, 56, '\x693912f0602ef88eb20aabcebfdcdd9f4c351e23e0aa4cce56d1afcc51d8741f', 'AAAAAAAAAAA1NiA2OTM5MTJmMDYwMmVmODhlYjIwYWFiY2ViZmRjZGQ5ZjRjMzUxZTIzZTBhYTRjY2U1NmQxYWZjYzUxZDg3NDFm0zHIUtG26hsoFdXYmILxGlIyUK9WDFqhSfQIX4H9t9Q');
INSERT INTO public.audit_log VALUES
	(1, '2026-11-09 12:00:00+00', 'acc_01m8aat0naeb0bs29kjafm3620', NULL, 'accounts.created', 'acc_01m8aat0naeb0bs29kjafm3620', NULL, '{}', 'evt_01m8aat0nhe54bbyk8y0ygw1nw', '\x0000000000000000000000000000000000000000000000000000000000000000', '\xebb14a2dcb9492629f87a97b2cd26c6e8498af46ca0654689369defe3648bfa1'),
	(2, '2026-11-09 12:00:00+00', 'acc_01m8aat0naeb0bs29kjafm3620', NULL, 'accounts.created', 'acc_01m8aat0nceeq9k69rjx1h5hsf', NULL, '{}', 'evt_01m8aat0nhe54bbyk8y1921axz', '\xebb14a2dcb9492629f87a97b2cd26c6e8498af46ca0654689369defe3648bfa1', '\x204714767e626a9649793454d3b6bc1ec5c69b37b7ec96f757882cfdbd358a67'),
	(3, '2026-11-09 12:00:00+00', 'acc_01m8aat0naeb0bs29kjafm3620', NULL, 'accounts.created', 'acc_01m8aat0ndeqat569b804kp2h2', NULL, '{}', 'evt_01m8aat0nhe54bbyk8y2pz8bk0', '\x204714767e626a9649793454d3b6bc1ec5c69b37b7ec96f757882cfdbd358a67', '\x2519cf668154c57c5c002e162449ec2ea53f6ed3d1c666714238e7d1bcff74d5'),
	(4, '2026-11-09 12:00:00+00', 'acc_01m8aat0naeb0bs29kjafm3620', NULL, 'accounts.created', 'acc_01m8aat0ndeqat569b81d9q7g8', NULL, '{}', 'evt_01m8aat0nhe54bbyk8y3cqn39j', '\x2519cf668154c57c5c002e162449ec2ea53f6ed3d1c666714238e7d1bcff74d5', '\x60a893de29fcdbe8480449a08d18275f873bd747a0aed8586d106cb11830beaa'),
	(5, '2026-11-09 12:00:00+00', 'acc_01m8aat0naeb0bs29kjafm3620', NULL, 'accounts.created', 'acc_01m8aat0ndeqat569b84by8s9e', NULL, '{}', 'evt_01m8aat0nhe54bbyk8y50qyz2h', '\x60a893de29fcdbe8480449a08d18275f873bd747a0aed8586d106cb11830beaa', '\x0bfd87fae20c58240a6a04d53100c5281747d03f1848b4d077e59eb055485aeb'),
	(6, '2026-11-09 12:00:00+00', 'acc_01m8aat0naeb0bs29kjafm3620', NULL, 'organisations.created', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'org_01m8aat0nfev5amdyq8vqqnq5z', '{"name": "Halden Instruments"}', 'evt_01m8aat0nhe54bbyk8y754318x', '\x0bfd87fae20c58240a6a04d53100c5281747d03f1848b4d077e59eb055485aeb', '\x4e3c8de8811518831e0ad0abd94ca7647b71320f8a78f732d461172a56f23528'),
	(7, '2026-11-09 12:28:00+00', 'acc_01m8aat0ndeqat569b84by8s9e', NULL, 'organisations.member_joined', 'acc_01m8aat0nceeq9k69rjx1h5hsf', 'org_01m8aat0nfev5amdyq8vqqnq5z', '{"role": "administrator", "invited_by": "acc_01m8aat0naeb0bs29kjafm3620"}', 'evt_01m8aat0nzenz9kypr9s9z6jmm', '\x4e3c8de8811518831e0ad0abd94ca7647b71320f8a78f732d461172a56f23528', '\xfa4afeb48aaf47a1c73d9215baf6ee44943bec1be1db42a700662e77ce985bd7'),
	(8, '2026-11-09 12:28:00+00', 'acc_01m8aat0ndeqat569b84by8s9e', NULL, 'organisations.member_joined', 'acc_01m8aat0ndeqat569b804kp2h2', 'org_01m8aat0nfev5amdyq8vqqnq5z', '{"role": "member", "invited_by": "acc_01m8aat0naeb0bs29kjafm3620"}', 'evt_01m8aat0nzenz9kypr9t8cx9wc', '\xfa4afeb48aaf47a1c73d9215baf6ee44943bec1be1db42a700662e77ce985bd7', '\x684041b19f9b79ebe801ca3b2eb3f2dcb712c5d65cda15e0bf8fa56a076a8ff9'),
	(9, '2026-11-09 12:28:00+00', 'acc_01m8aat0ndeqat569b84by8s9e', NULL, 'organisations.member_joined', 'acc_01m8aat0ndeqat569b81d9q7g8', 'org_01m8aat0nfev5amdyq8vqqnq5z', '{"role": "member", "invited_by": "acc_01m8aat0naeb0bs29kjafm3620"}', 'evt_01m8aat0nzenz9kypr9t8y8cm2', '\x684041b19f9b79ebe801ca3b2eb3f2dcb712c5d65cda15e0bf8fa56a076a8ff9', '\x2ec5f96ccaacee67ff02e6709365ee500854cf3244b7dc3f0dc48d1c7d854dea'),
	(10, '2026-11-09 12:28:00+00', 'acc_01m8aat0ndeqat569b84by8s9e', NULL, 'organisations.member_joined', 'acc_01m8aat0ndeqat569b84by8s9e', 'org_01m8aat0nfev5amdyq8vqqnq5z', '{"role": "viewer", "invited_by": "acc_01m8aat0naeb0bs29kjafm3620"}', 'evt_01m8aat0nzenz9kypr9xcrpy2k', '\x2ec5f96ccaacee67ff02e6709365ee500854cf3244b7dc3f0dc48d1c7d854dea', '\x3edcb7ccd513fa5c3ff4db78c37b4950e747bd3cd2cb2997e36d974e8aac44a3'),
	(11, '2026-11-10 08:58:00+00', 'acc_01m8aat0naeb0bs29kjafm3620', NULL, 'entries.posted', 'ent_01m72avce0erfsq4bbesjeq30m', 'org_01m8aat0nfev5amdyq8vqqnq5z', '{"title": "Weekly check of hall 3", "excerpt": "All eight meters read within their limits. The display of FM-207 is dim; a spare is on the shelf."}', 'evt_01m8aat0pbeg7s0392ccbd78p5', '\x3edcb7ccd513fa5c3ff4db78c37b4950e747bd3cd2cb2997e36d974e8aac44a3', '\xe64ea2d29356ec1e8eb331f30fb3381768deae88a94cb18327eb8db104bc2f07'),
	(12, '2026-11-11 13:45:00+00', 'acc_01m8aat0nceeq9k69rjx1h5hsf', NULL, 'entries.posted', 'ent_01m75dnkv0e5bv3c3jx27p0y5y', 'org_01m8aat0nfev5amdyq8vqqnq5z', '{"title": "Noise on line 4 recorded", "excerpt": "A regular knock every 40 seconds, louder under load. Recorded for the supplier."}', 'evt_01m8aat0peef8r9sva6rrg3z02', '\xe64ea2d29356ec1e8eb331f30fb3381768deae88a94cb18327eb8db104bc2f07', '\x6855cab48ef2c7c89733cb234dbf692ece7666e0db79b78303a43b46e91ffb91'),
	(13, '2026-11-12 05:02:00+00', 'acc_01m8aat0ndeqat569b804kp2h2', NULL, 'entries.posted', 'ent_01m7724pa0eky8gjrdwcy9vwx7', 'org_01m8aat0nfev5amdyq8vqqnq5z', '{"title": "Temperature sensor T-12 replaced", "excerpt": "The old one drifted by 1.8 °C over the summer. Its log is kept with the certificate."}', 'evt_01m8aat0pgex3t41bb9k967d81', '\x6855cab48ef2c7c89733cb234dbf692ece7666e0db79b78303a43b46e91ffb91', '\xa0787e57191cb6afb01bf338c7999c478972e8af043c67e154ad3236d9d5644c'),
	(14, '2026-11-13 07:19:00+00', 'acc_01m8aat0ndeqat569b81d9q7g8', NULL, 'entries.posted', 'ent_01m79wc8n0e188xdbn0eznpx6v', 'org_01m8aat0nfev5amdyq8vqqnq5z', '{"title": "New filter housings fitted", "excerpt": "Six of eight are in. The last two need another gasket, which comes on Thursday."}', 'evt_01m8aat0phe15ssv2j5emp6ghe', '\xa0787e57191cb6afb01bf338c7999c478972e8af043c67e154ad3236d9d5644c', '\xc4da7c2fca7564b83bc8e1eb08654e648e709b9917870083619a9d8ade742d78'),
	(15, '2026-11-14 11:06:00+00', 'acc_01m8aat0nceeq9k69rjx1h5hsf', NULL, 'entries.posted', 'ent_01m7cvrme0ejs9yrea3ykvm701', 'org_01m8aat0nfev5amdyq8vqqnq5z', '{"title": "Calibration plan for December", "excerpt": "Fourteen instruments are due. We begin with hall 1, as it stands still in the first week."}', 'evt_01m8aat0pkehetwbz6y1yw5qhj', '\xc4da7c2fca7564b83bc8e1eb08654e648e709b9917870083619a9d8ade742d78', '\x4f3b8f4cb747f897ecb3cefa4cb37e2da6da7019c4b12f1d509527637a2dc2ae'),
	(16, '2026-11-15 14:53:00+00', 'acc_01m8aat0naeb0bs29kjafm3620', NULL, 'entries.posted', 'ent_01m7fv5070eta97rgam9pqcvk0', 'org_01m8aat0nfev5amdyq8vqqnq5z', '{"title": "Visit of the auditors", "excerpt": "They asked for the certificates of the last two years, and saw all of them. Two small remarks, both about labels."}', 'evt_01m8aat0pmew3ba88n5nwbx9rt', '\x4f3b8f4cb747f897ecb3cefa4cb37e2da6da7019c4b12f1d509527637a2dc2ae', '\x9a349679f42785a4bbe1a20d5cfe4ae37b723975de4cd7ead75680ef5f050d17'),
	(17, '2026-11-17 06:57:00+00', 'acc_01m8aat0ndeqat569b804kp2h2', NULL, 'entries.posted', 'ent_01m7m4pvk0erw89z9e417a3ggp', 'org_01m8aat0nfev5amdyq8vqqnq5z', '{"title": "Pump P-3 runs hotter than P-4", "excerpt": "Nine degrees apart at the same load. The bearing was greased; we look again on Monday."}', 'evt_01m8aat0ppe0cvm14rthmcz2p0', '\x9a349679f42785a4bbe1a20d5cfe4ae37b723975de4cd7ead75680ef5f050d17', '\x6b6ba004f6d70a8feabfa1fabdf351a2d1c0f0fbbe5c87a73222561307e628fb'),
	(18, '2026-11-18 00:14:00+00', 'acc_01m8aat0ndeqat569b81d9q7g8', NULL, 'entries.posted', 'ent_01m7p01na0et59nha6xgydyd21', 'org_01m8aat0nfev5amdyq8vqqnq5z', '{"title": "Spare valves ordered for hall 3", "excerpt": "Twelve pieces, delivery on 2 December. The old supplier could only promise January."}', 'evt_01m8aat0pqe07rqfscaqsbegqf', '\x6b6ba004f6d70a8feabfa1fabdf351a2d1c0f0fbbe5c87a73222561307e628fb', '\x12c9f506778889e6ba070aad48746795109555aebef0a2d96e3ef0add5db5f39'),
	(19, '2026-11-19 17:01:00+00', 'acc_01m8aat0nceeq9k69rjx1h5hsf', NULL, 'entries.posted', 'ent_01m7tc2870ez0ana4yd29gttbb', 'org_01m8aat0nfev5amdyq8vqqnq5z', '{"title": "Labels of hall 2 renewed", "excerpt": "As the auditors asked. Photographs are in the folder of the audit."}', 'evt_01m8aat0q6ehga7krby811jtf3', '\x12c9f506778889e6ba070aad48746795109555aebef0a2d96e3ef0add5db5f39', '\x94383814961c25453c0a397b3e28040307abd7d0a97f39cd326110da53d19a16'),
	(20, '2026-11-20 09:48:00+00', 'acc_01m8aat0naeb0bs29kjafm3620', NULL, 'entries.posted', 'ent_01m7w5p440ebqaj0hsccfbb313', 'org_01m8aat0nfev5amdyq8vqqnq5z', '{"title": "Pressure test of the north line", "excerpt": "Held 9 bar for two hours without loss. The protocol is signed."}', 'evt_01m8aat0q7engvrhf13bghkb6c', '\x94383814961c25453c0a397b3e28040307abd7d0a97f39cd326110da53d19a16', '\xce9eaf42b643cc41622f01014c78be27099cb16c461a5c466e339173e92688bd'),
	(21, '2026-11-21 08:05:00+00', 'acc_01m8aat0ndeqat569b804kp2h2', NULL, 'entries.posted', 'ent_01m7yj67z0ez5a87a5a24kbnrc', 'org_01m8aat0nfev5amdyq8vqqnq5z', '{"title": "Pressure drop on line 2, cause found", "excerpt": "A check valve stuck half open after the weekend stop. Line 2 is back at 6.2 bar since 11:30. We should look at the same valve on lines 1 and 4 this week."}', 'evt_01m8aat0q9e649r3pwbrsfd2x9', '\xce9eaf42b643cc41622f01014c78be27099cb16c461a5c466e339173e92688bd', '\x4aa2918c0f209cb1a491406b24a40c1324c1ea6c490181d9f4d3d2f163cba9d0'),
	(22, '2026-11-22 08:22:00+00', 'acc_01m8aat0nceeq9k69rjx1h5hsf', NULL, 'entries.posted', 'ent_01m815j320et0bkn2nkzmg5573', 'org_01m8aat0nfev5amdyq8vqqnq5z', '{"title": "Flow meter FM-204 recalibrated", "excerpt": "Zero drift was 0.4 % after eleven months, inside the limit but higher than last year. Replaced the seal and ran three points."}', 'evt_01m8aat0qbe67ayp725wbg6cm2', '\x4aa2918c0f209cb1a491406b24a40c1324c1ea6c490181d9f4d3d2f163cba9d0', '\xfc898d05752405057ba733737116aa8fd3786b853e3de4c01b3167c2a5f80b90'),
	(52, '2026-11-23 12:10:00+00', 'acc_01m8aat1e3ekes5esv3n0j7pjf', NULL, 'accounts.passkey_added', 'acc_01m8aat1e3ekes5esv3n0j7pjf', NULL, '{"passkey": "pky_01m8aat206ek49bfyk1y5w3sh1"}', 'evt_01m8aat207ef1txr8f6f6aqdg5', '\x1f0bb19d7524ab4930e7490126020c5fe694624c569193e41fc1412e5a2c8147', '\x4c47e972c6169b3597186a7e70c3f496c9349ac8f9a2a5898c0ca00dd499364b'),
	(23, '2026-11-22 09:22:00+00', 'acc_01m8aat0ndeqat569b81d9q7g8', NULL, 'entries.posted', 'ent_01m818zyp0e0fbpd8vhgp1e0dc', 'org_01m8aat0nfev5amdyq8vqqnq5z', '{"title": "Night shift hand-over", "excerpt": "Quiet. Line 4 was stopped for twenty minutes for the new sensor."}', 'evt_01m8aat0qced8r9ydyzvsvmb3w', '\xfc898d05752405057ba733737116aa8fd3786b853e3de4c01b3167c2a5f80b90', '\xb94d75d6e774c640b7c102ecaaf3d02cf7e5261491a7e27b663d22c8b699b94d'),
	(24, '2026-11-23 12:00:00+00', NULL, NULL, 'accounts.created', 'acc_01m8aat0tneqpss0esrbak8xtq', NULL, '{}', 'evt_01m8aat0tpegsbj9zfn6svke2k', '\xb94d75d6e774c640b7c102ecaaf3d02cf7e5261491a7e27b663d22c8b699b94d', '\x7b2a19aa51f904aeb2320b1b6d0eaf35e632cea25b273f675c6946c723b0755b'),
	(25, '2026-11-23 12:00:00+00', NULL, NULL, 'accounts.logged_in', 'acc_01m8aat0tneqpss0esrbak8xtq', NULL, '{"method": "password", "session": "ses_01m8aat0vmea6b7nejm30brtnq"}', 'evt_01m8aat0vxen5v2yzxex55xcn2', '\x7b2a19aa51f904aeb2320b1b6d0eaf35e632cea25b273f675c6946c723b0755b', '\x112432844688c90206047b0ee447a5e8ed15342fb3777f6daf0f18dd3004af30'),
	(26, '2026-11-23 12:00:00+00', NULL, NULL, 'accounts.logged_in', 'acc_01m8aat0tneqpss0esrbak8xtq', NULL, '{"method": "password", "session": "ses_01m8aat0yjea7sfwjz1djpjrg7"}', 'evt_01m8aat0ynez4szwnsy7tx2d6n', '\x112432844688c90206047b0ee447a5e8ed15342fb3777f6daf0f18dd3004af30', '\x51c019083dd790a52ec622b3bdf91b907ede870f7904d1a18168c0da41430c44'),
	(27, '2026-11-23 12:00:00+00', NULL, NULL, 'accounts.new_device', 'acc_01m8aat0tneqpss0esrbak8xtq', NULL, '{"session": "ses_01m8aat0yjea7sfwjz1djpjrg7"}', 'evt_01m8aat0ynez4szwnsya9jjy98', '\x51c019083dd790a52ec622b3bdf91b907ede870f7904d1a18168c0da41430c44', '\x23c126df403f6ef117d1987d6566af4d64a1213208d87a8f9482488cb72bc08a'),
	(28, '2026-11-23 12:01:00+00', NULL, NULL, 'accounts.created', 'acc_01m8aat11zehrthx9ary3tyxth', NULL, '{}', 'evt_01m8aat120e68tnr632s5hgs6t', '\x23c126df403f6ef117d1987d6566af4d64a1213208d87a8f9482488cb72bc08a', '\xf9312540e08e893441c6d9948ca7079b38906d971c38a1c3f8c1e8d1fe87ef59'),
	(29, '2026-11-23 12:01:00+00', NULL, NULL, 'accounts.logged_in', 'acc_01m8aat11zehrthx9ary3tyxth', NULL, '{"method": "password", "session": "ses_01m8aat12venzt2cdmqze8mzwj"}', 'evt_01m8aat12yevzvz9hy4actgz2v', '\xf9312540e08e893441c6d9948ca7079b38906d971c38a1c3f8c1e8d1fe87ef59', '\xd35ecdc1624344d71a16451e27f66c5e6ccac857333d5badaf88b22d20a17b61'),
	(30, '2026-11-23 12:01:00+00', NULL, NULL, 'accounts.logged_in', 'acc_01m8aat11zehrthx9ary3tyxth', NULL, '{"method": "password", "session": "ses_01m8aat13weh894ndwkqkzpq2s"}', 'evt_01m8aat13xexmv288ja83w0vm6', '\xd35ecdc1624344d71a16451e27f66c5e6ccac857333d5badaf88b22d20a17b61', '\x76e928255b0babf4d58af3453a8c56c000c868b0b954a0cb69b2d7c29b9fc7b3'),
	(31, '2026-11-23 12:01:00+00', NULL, NULL, 'accounts.new_device', 'acc_01m8aat11zehrthx9ary3tyxth', NULL, '{"session": "ses_01m8aat13weh894ndwkqkzpq2s"}', 'evt_01m8aat13xexmv288jaam6q8t9', '\x76e928255b0babf4d58af3453a8c56c000c868b0b954a0cb69b2d7c29b9fc7b3', '\xa46bad2dad5d73cbed14c4f3b8e695e4a92b11c9f740679f192dee0d05962eff'),
	(32, '2026-11-23 12:02:00+00', NULL, NULL, 'accounts.created', 'acc_01m8aat17deeytmrern4r26fxx', NULL, '{}', 'evt_01m8aat17eee9razfsghw0hcgc', '\xa46bad2dad5d73cbed14c4f3b8e695e4a92b11c9f740679f192dee0d05962eff', '\x7bf0883aaa95c25971d64cfd9391d3c4d3c7acebb10e49f15c9533e19c5517e4'),
	(33, '2026-11-23 12:02:00+00', NULL, NULL, 'accounts.logged_in', 'acc_01m8aat17deeytmrern4r26fxx', NULL, '{"method": "password", "session": "ses_01m8aat18meq6vz9tz8xxkgsvg"}', 'evt_01m8aat18pe0zrjevkt93kxn19', '\x7bf0883aaa95c25971d64cfd9391d3c4d3c7acebb10e49f15c9533e19c5517e4', '\x0f4c399e0f34e4a1ef5dbc7f614c0fcec0d466301f59f39b53289f98d0efc218'),
	(34, '2026-11-23 12:02:00+00', NULL, NULL, 'accounts.logged_in', 'acc_01m8aat17deeytmrern4r26fxx', NULL, '{"method": "password", "session": "ses_01m8aat19yeb09z5st1a400312"}', 'evt_01m8aat19zekwrwk1b5s6dy9jw', '\x0f4c399e0f34e4a1ef5dbc7f614c0fcec0d466301f59f39b53289f98d0efc218', '\xef276fb82a36ff639c58d980aa3399d2ae008c345ce5543bd3a0a3a5dd3f64ca'),
	(35, '2026-11-23 12:02:00+00', NULL, NULL, 'accounts.new_device', 'acc_01m8aat17deeytmrern4r26fxx', NULL, '{"session": "ses_01m8aat19yeb09z5st1a400312"}', 'evt_01m8aat19zekwrwk1b5t9k4pw2', '\xef276fb82a36ff639c58d980aa3399d2ae008c345ce5543bd3a0a3a5dd3f64ca', '\xe8a4be66c515050e715106bad3d173febec106561e43578d2a0db9794aa405b7'),
	(36, '2026-11-23 12:03:00+00', NULL, NULL, 'accounts.created', 'acc_01m8aat1e3ekes5esv3n0j7pjf', NULL, '{}', 'evt_01m8aat1e3ekes5esv3q109993', '\xe8a4be66c515050e715106bad3d173febec106561e43578d2a0db9794aa405b7', '\xd57e8d1784dcea041e8b8a7e4b35bc0216fa5656c228c84d84cc0a7bae11cf2e'),
	(37, '2026-11-23 12:03:00+00', NULL, NULL, 'accounts.logged_in', 'acc_01m8aat1e3ekes5esv3n0j7pjf', NULL, '{"method": "password", "session": "ses_01m8aat1f6e0691x30t011965h"}', 'evt_01m8aat1f7ezstdz3afp6ycqxh', '\xd57e8d1784dcea041e8b8a7e4b35bc0216fa5656c228c84d84cc0a7bae11cf2e', '\x3a5eefee549f618da0041b2400a3c5682724c251800f911de5a10ccd631cdaeb'),
	(38, '2026-11-23 12:03:00+00', NULL, NULL, 'accounts.logged_in', 'acc_01m8aat1e3ekes5esv3n0j7pjf', NULL, '{"method": "password", "session": "ses_01m8aat1gfe2v82fpgwd9e1bc9"}', 'evt_01m8aat1gge5trqeqg1q6t4y4t', '\x3a5eefee549f618da0041b2400a3c5682724c251800f911de5a10ccd631cdaeb', '\xd6d786dab2fe09fc4c095e8f128261672942e2360da62ba3c2088a41bd82a3bd'),
	(39, '2026-11-23 12:03:00+00', NULL, NULL, 'accounts.new_device', 'acc_01m8aat1e3ekes5esv3n0j7pjf', NULL, '{"session": "ses_01m8aat1gfe2v82fpgwd9e1bc9"}', 'evt_01m8aat1gge5trqeqg1q8rbs4m', '\xd6d786dab2fe09fc4c095e8f128261672942e2360da62ba3c2088a41bd82a3bd', '\xdd06cd6f17efa5d4d56a820ef4904fbe992009ee5cab30747f3b6e8033d4d1bb'),
	(40, '2026-11-23 12:04:00+00', 'acc_01m8aat0tneqpss0esrbak8xtq', NULL, 'organisations.created', 'org_01m8aat1h7eqx9cah3fcwswmc9', 'org_01m8aat1h7eqx9cah3fcwswmc9', '{"name": "Ember Works"}', 'evt_01m8aat1haezvs07zj8ygb1nym', '\xdd06cd6f17efa5d4d56a820ef4904fbe992009ee5cab30747f3b6e8033d4d1bb', '\x8af279bffc71727905414247086d91ef9f62230d98bdc4af22d81becb3ea7762'),
	(41, '2026-11-23 12:04:00+00', 'acc_01m8aat0tneqpss0esrbak8xtq', NULL, 'organisations.member_invited', 'inv_01m8aat1hneqy9yjg6053qf2z5', 'org_01m8aat1h7eqx9cah3fcwswmc9', '{"role": "member"}', 'evt_01m8aat1hqe788qfd9qmge0zrs', '\x8af279bffc71727905414247086d91ef9f62230d98bdc4af22d81becb3ea7762', '\x5d341b249f79be863794e3a5144776c69849ff88924027b03d80199086b4bd84'),
	(42, '2026-11-23 12:04:00+00', 'acc_01m8aat11zehrthx9ary3tyxth', NULL, 'organisations.member_joined', 'acc_01m8aat11zehrthx9ary3tyxth', 'org_01m8aat1h7eqx9cah3fcwswmc9', '{"role": "member", "invited_by": "acc_01m8aat0tneqpss0esrbak8xtq"}', 'evt_01m8aat1mze8bt3qxc0x6ckbww', '\x5d341b249f79be863794e3a5144776c69849ff88924027b03d80199086b4bd84', '\x2b9cc4e9765fd81bd54180f1f4ea86d90340e84f48560e86a574b4a9cc1276d6'),
	(43, '2026-11-23 12:06:00+00', 'acc_01m8aat0tneqpss0esrbak8xtq', NULL, 'entries.posted', 'ent_01m844rz20ewparp122hn4ngg6', 'org_01m8aat1h7eqx9cah3fcwswmc9', '{"title": "Valve replaced", "excerpt": "It was number 0."}', 'evt_01m8aat1n5ebn9r0z71j6mft8m', '\x2b9cc4e9765fd81bd54180f1f4ea86d90340e84f48560e86a574b4a9cc1276d6', '\x1a2bc1210ac2b4d2272b1318b11ec2ddcf3145559beb34732cd2c1a1c73a23b8'),
	(44, '2026-11-23 12:08:00+00', 'acc_01m8aat11zehrthx9ary3tyxth', NULL, 'entries.posted', 'ent_01m844wm80e7j9079h2d4tkh5d', 'org_01m8aat1h7eqx9cah3fcwswmc9', '{"title": "Größe geprüft – 日本", "excerpt": "It was number 1."}', 'evt_01m8aat1nfecnvghrmg1wfg9kq', '\x1a2bc1210ac2b4d2272b1318b11ec2ddcf3145559beb34732cd2c1a1c73a23b8', '\xab15f0d5276015cc8635a7c60e08b79ad30e8837c2252e1173f745098db72d56'),
	(45, '2026-11-23 12:10:00+00', 'acc_01m8aat0tneqpss0esrbak8xtq', NULL, 'entries.posted', 'ent_01m84509e0ejxbaxvg0ekbs1g5', 'org_01m8aat1h7eqx9cah3fcwswmc9', '{"title": "Pump <b>4</b> runs", "excerpt": "It was number 2."}', 'evt_01m8aat1nkekgr9em8ybtvwp48', '\xab15f0d5276015cc8635a7c60e08b79ad30e8837c2252e1173f745098db72d56', '\x622ce44d87da8252260355a0a8edfc410841016806e313879390caa589ab74d5'),
	(46, '2026-11-23 12:10:00+00', 'acc_01m8aat0tneqpss0esrbak8xtq', NULL, 'accounts.second_factor_added', 'acc_01m8aat0tneqpss0esrbak8xtq', NULL, '{"factor": "totp"}', 'evt_01m8aat1z0efg9fr1hmtwnjntm', '\x622ce44d87da8252260355a0a8edfc410841016806e313879390caa589ab74d5', '\xdeac6944ea86a25ccee6fc92a8e8392a19ef7b1813bf092ddc0f7aa39dbcac30'),
	(47, '2026-11-23 12:10:00+00', 'acc_01m8aat0tneqpss0esrbak8xtq', NULL, 'accounts.backup_codes_made', 'acc_01m8aat0tneqpss0esrbak8xtq', NULL, '{}', 'evt_01m8aat1z0efg9fr1hmvm0nfjb', '\xdeac6944ea86a25ccee6fc92a8e8392a19ef7b1813bf092ddc0f7aa39dbcac30', '\xa8a46336f654fb1b0f7e5e72ccef779b46f879f159926a8047e3ebb58c300033'),
	(48, '2026-11-23 12:10:00+00', 'acc_01m8aat0tneqpss0esrbak8xtq', NULL, 'accounts.api_key_made', 'acc_01m8aat0tneqpss0esrbak8xtq', NULL, '{"key": "key_01m8aat1z8e10s3hb7cr7w56hd", "scopes": ["entries.read"]}', 'evt_01m8aat1zaeedvzbdn6tqks6d6', '\xa8a46336f654fb1b0f7e5e72ccef779b46f879f159926a8047e3ebb58c300033', '\x37c23442bfe94c98814fcc322e8b9bfa094c6a1ed1d3e18ceb197b34c83001ea'),
	(49, '2026-11-23 12:10:00+00', 'acc_01m8aat0tneqpss0esrbak8xtq', NULL, 'accounts.service_account_made', 'acc_01m8aat1zee9x86g3keh50fv7v', NULL, '{}', 'evt_01m8aat1zhemw8245eeevnmnrw', '\x37c23442bfe94c98814fcc322e8b9bfa094c6a1ed1d3e18ceb197b34c83001ea', '\xa0b61d121c7d1aa0210f57d2560d73da1a2d654a290ac4ba77d480bf02481988');
INSERT INTO public.audit_log VALUES
	(50, '2026-11-23 12:10:00+00', 'acc_01m8aat0tneqpss0esrbak8xtq', NULL, 'accounts.api_key_made', 'acc_01m8aat1zee9x86g3keh50fv7v', NULL, '{"key": "key_01m8aat1zge4dt6t832y42paag", "scopes": ["entries.read"]}', 'evt_01m8aat1zhemw8245eegceg4jm', '\xa0b61d121c7d1aa0210f57d2560d73da1a2d654a290ac4ba77d480bf02481988', '\xcd210cf10f722b11f7287450a1583c9da333189cf03182dee2877f3d44208dbc'),
	(51, '2026-11-23 12:10:00+00', 'acc_01m8aat0tneqpss0esrbak8xtq', NULL, 'organisations.service_account_added', 'acc_01m8aat1zee9x86g3keh50fv7v', 'org_01m8aat1h7eqx9cah3fcwswmc9', '{"role": "member"}', 'evt_01m8aat1zhemw8245eegz5f6zj', '\xcd210cf10f722b11f7287450a1583c9da333189cf03182dee2877f3d44208dbc', '\x1f0bb19d7524ab4930e7490126020c5fe694624c569193e41fc1412e5a2c8147'),
	(53, '2026-11-23 12:10:00+00', 'acc_01m8aat0tneqpss0esrbak8xtq', NULL, 'accounts.profile_changed', 'acc_01m8aat0tneqpss0esrbak8xtq', NULL, '{"fields": ["contact"]}', 'evt_01m8aat20we7pr7mycfrtbv5yq', '\x4c47e972c6169b3597186a7e70c3f496c9349ac8f9a2a5898c0ca00dd499364b', '\x389ccd033223ab697eeb2bfa0098f303822a1a8618571c36df3060dba74c7f0d'),
	(54, '2026-11-23 12:10:00+00', 'acc_01m8aat0tneqpss0esrbak8xtq', NULL, 'accounts.signing_keys_rotated', 'jwk_01m8aat0vtesq8ft8b2ay98a8c', NULL, '{}', 'evt_01m8aat22ve8w88p23p7g346m1', '\x389ccd033223ab697eeb2bfa0098f303822a1a8618571c36df3060dba74c7f0d', '\xe94dbd39f8cedda3ee1f1bf822baba1990a3fd3b7b8981eead444310eea6f680'),
	(55, '2026-11-23 12:10:00+00', 'acc_01m8aat17deeytmrern4r26fxx', NULL, 'accounts.session_ended', 'acc_01m8aat17deeytmrern4r26fxx', NULL, '{"reason": "deletion_asked", "session": "ses_01m8aat19yeb09z5st1a400312"}', 'evt_01m8aat24fef88qr05x48nm9m8', '\xe94dbd39f8cedda3ee1f1bf822baba1990a3fd3b7b8981eead444310eea6f680', '\xfb9c6aedbf3a0c27d2821122eb0749fc37bd53b04d156a6e4345a3171a063b07'),
	(56, '2026-11-23 12:10:00+00', 'acc_01m8aat17deeytmrern4r26fxx', NULL, 'accounts.deletion_asked', 'acc_01m8aat17deeytmrern4r26fxx', NULL, '{}', 'evt_01m8aat24fef88qr05x5vr3dg7', '\xfb9c6aedbf3a0c27d2821122eb0749fc37bd53b04d156a6e4345a3171a063b07', '\x693912f0602ef88eb20aabcebfdcdd9f4c351e23e0aa4cce56d1afcc51d8741f');
INSERT INTO public.backup_codes VALUES
	('acc_01m8aat0tneqpss0esrbak8xtq', '\x7b8787e0221b94ab3e725528e059e5b23211ddbdd9733dc7a700d0a6972173803cfbf55420020a5e64a59c4515e43515', NULL, '2026-11-23 12:10:00+00'),
	('acc_01m8aat0tneqpss0esrbak8xtq', '\x7b8787e0221b94ab3e725528e059e5b28c73f25be772a32a7bdec099f8cc1a02ddf8970223914f8725b89bc50ed5548a', NULL, '2026-11-23 12:10:00+00'),
	('acc_01m8aat0tneqpss0esrbak8xtq', '\x7b8787e0221b94ab3e725528e059e5b2541a7ccbcca6c8b7242959b40f8b685ec34aa0867f47c62fbe657635c463d93f', NULL, '2026-11-23 12:10:00+00'),
	('acc_01m8aat0tneqpss0esrbak8xtq', '\x7b8787e0221b94ab3e725528e059e5b248d79ae3ed2dfb045e6e3884b6b6a3ae1368d9191f31089ecb1837ec08115241', NULL, '2026-11-23 12:10:00+00'),
	('acc_01m8aat0tneqpss0esrbak8xtq', '\x7b8787e0221b94ab3e725528e059e5b2d0fa7b3b6b5ffcbfe205fc8aefc4a69e14799653909529532f460888beeff1af', NULL, '2026-11-23 12:10:00+00'),
	('acc_01m8aat0tneqpss0esrbak8xtq', '\x7b8787e0221b94ab3e725528e059e5b2e47d52f4147b2031fcdce31c5d0aadc099a5af4b44137ed919dcce6eec6b4898', NULL, '2026-11-23 12:10:00+00'),
	('acc_01m8aat0tneqpss0esrbak8xtq', '\x7b8787e0221b94ab3e725528e059e5b2b39782227deeff7b0e8b7e1fcc13f312a18b95092491e1718f0b5f21e5d2f44f', NULL, '2026-11-23 12:10:00+00'),
	('acc_01m8aat0tneqpss0esrbak8xtq', '\x7b8787e0221b94ab3e725528e059e5b252c22f1e89c1836a39fb5cd5e8131c4d22dd19f837ea487ea45384fd2ebf4781', NULL, '2026-11-23 12:10:00+00'),
	('acc_01m8aat0tneqpss0esrbak8xtq', '\x7b8787e0221b94ab3e725528e059e5b2a1d3d20d88740f7b111ba682e572eee565c5dd5a18daba15ac6909c9df46a464', NULL, '2026-11-23 12:10:00+00'),
	('acc_01m8aat0tneqpss0esrbak8xtq', '\x7b8787e0221b94ab3e725528e059e5b287ff49f0a452965730ca0fa5d606ad0a4cd3d79221fc16f5aad5cd92e4ad22fc', NULL, '2026-11-23 12:10:00+00');
INSERT INTO public.entries VALUES
	('ent_01m72avce0erfsq4bbesjeq30m', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0naeb0bs29kjafm3620', 'Weekly check of hall 3', 'All eight meters read within their limits. The display of FM-207 is dim; a spare is on the shelf.', '2026-11-10 08:49:00+00', 'Europe/Berlin', '2026-11-10 08:58:00+00', '2026-11-10 08:58:00+00', 1),
	('ent_01m75dnkv0e5bv3c3jx27p0y5y', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0nceeq9k69rjx1h5hsf', 'Noise on line 4 recorded', 'A regular knock every 40 seconds, louder under load. Recorded for the supplier.', '2026-11-11 13:36:00+00', 'Europe/Madrid', '2026-11-11 13:45:00+00', '2026-11-11 13:45:00+00', 1),
	('ent_01m7724pa0eky8gjrdwcy9vwx7', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0ndeqat569b804kp2h2', 'Temperature sensor T-12 replaced', 'The old one drifted by 1.8 °C over the summer. Its log is kept with the certificate.', '2026-11-12 04:53:00+00', 'Asia/Kolkata', '2026-11-12 05:02:00+00', '2026-11-12 05:02:00+00', 1),
	('ent_01m79wc8n0e188xdbn0eznpx6v', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0ndeqat569b81d9q7g8', 'New filter housings fitted', 'Six of eight are in. The last two need another gasket, which comes on Thursday.', '2026-11-13 07:10:00+00', 'Asia/Tokyo', '2026-11-13 07:19:00+00', '2026-11-13 07:19:00+00', 1),
	('ent_01m7cvrme0ejs9yrea3ykvm701', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0nceeq9k69rjx1h5hsf', 'Calibration plan for December', 'Fourteen instruments are due. We begin with hall 1, as it stands still in the first week.', '2026-11-14 10:57:00+00', 'Europe/Madrid', '2026-11-14 11:06:00+00', '2026-11-14 11:06:00+00', 1),
	('ent_01m7fv5070eta97rgam9pqcvk0', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0naeb0bs29kjafm3620', 'Visit of the auditors', 'They asked for the certificates of the last two years, and saw all of them. Two small remarks, both about labels.', '2026-11-15 14:44:00+00', 'Europe/Berlin', '2026-11-15 14:53:00+00', '2026-11-15 14:53:00+00', 1),
	('ent_01m7m4pvk0erw89z9e417a3ggp', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0ndeqat569b804kp2h2', 'Pump P-3 runs hotter than P-4', 'Nine degrees apart at the same load. The bearing was greased; we look again on Monday.', '2026-11-17 06:48:00+00', 'Asia/Kolkata', '2026-11-17 06:57:00+00', '2026-11-17 06:57:00+00', 1),
	('ent_01m7p01na0et59nha6xgydyd21', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0ndeqat569b81d9q7g8', 'Spare valves ordered for hall 3', 'Twelve pieces, delivery on 2 December. The old supplier could only promise January.', '2026-11-18 00:05:00+00', 'Asia/Tokyo', '2026-11-18 00:14:00+00', '2026-11-18 00:14:00+00', 1),
	('ent_01m7tc2870ez0ana4yd29gttbb', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0nceeq9k69rjx1h5hsf', 'Labels of hall 2 renewed', 'As the auditors asked. Photographs are in the folder of the audit.', '2026-11-19 16:52:00+00', 'Europe/Madrid', '2026-11-19 17:01:00+00', '2026-11-19 17:01:00+00', 1),
	('ent_01m7w5p440ebqaj0hsccfbb313', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0naeb0bs29kjafm3620', 'Pressure test of the north line', 'Held 9 bar for two hours without loss. The protocol is signed.', '2026-11-20 09:39:00+00', 'Europe/Berlin', '2026-11-20 09:48:00+00', '2026-11-20 09:48:00+00', 1),
	('ent_01m7yj67z0ez5a87a5a24kbnrc', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0ndeqat569b804kp2h2', 'Pressure drop on line 2, cause found', 'A check valve stuck half open after the weekend stop. Line 2 is back at 6.2 bar since 11:30.
We should look at the same valve on lines 1 and 4 this week.', '2026-11-21 07:56:00+00', 'Asia/Kolkata', '2026-11-21 08:05:00+00', '2026-11-21 08:05:00+00', 1),
	('ent_01m815j320et0bkn2nkzmg5573', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0nceeq9k69rjx1h5hsf', 'Flow meter FM-204 recalibrated', 'Zero drift was 0.4 % after eleven months, inside the limit but higher than last year. Replaced the seal and ran three points.', '2026-11-22 08:13:00+00', 'Europe/Madrid', '2026-11-22 08:22:00+00', '2026-11-22 08:22:00+00', 1),
	('ent_01m818zyp0e0fbpd8vhgp1e0dc', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0ndeqat569b81d9q7g8', 'Night shift hand-over', 'Quiet. Line 4 was stopped for twenty minutes for the new sensor.', '2026-11-22 09:13:00+00', 'Asia/Tokyo', '2026-11-22 09:22:00+00', '2026-11-22 09:22:00+00', 1),
	('ent_01m844rz20ewparp122hn4ngg6', 'org_01m8aat1h7eqx9cah3fcwswmc9', 'acc_01m8aat0tneqpss0esrbak8xtq', 'Valve replaced', 'It was number 0.', '2026-11-23 12:06:00+00', 'Europe/Berlin', '2026-11-23 12:06:00+00', '2026-11-23 12:06:00+00', 1),
	('ent_01m844wm80e7j9079h2d4tkh5d', 'org_01m8aat1h7eqx9cah3fcwswmc9', 'acc_01m8aat11zehrthx9ary3tyxth', 'Größe geprüft – 日本', 'It was number 1.', '2026-11-23 12:08:00+00', 'Europe/Berlin', '2026-11-23 12:08:00+00', '2026-11-23 12:08:00+00', 1),
	('ent_01m84509e0ejxbaxvg0ekbs1g5', 'org_01m8aat1h7eqx9cah3fcwswmc9', 'acc_01m8aat0tneqpss0esrbak8xtq', 'Pump <b>4</b> runs', 'It was number 2.', '2026-11-23 12:10:00+00', 'Europe/Berlin', '2026-11-23 12:10:00+00', '2026-11-23 12:10:00+00', 1),
	('ent_01m8452410e6w9ntc017hw5evw', 'org_01m8aat1h7eqx9cah3fcwswmc9', 'acc_01m8aat11zehrthx9ary3tyxth', 'Nobody has followed this', '', '2026-11-23 12:11:00+00', 'Europe/Berlin', '2026-11-23 12:11:00+00', '2026-11-23 12:11:00+00', 1);
INSERT INTO public.event_followers VALUES
	('admin.audit', '3', 56, '2026-11-25 21:46:54.140656+00');
INSERT INTO public.events OVERRIDING SYSTEM VALUE VALUES
	(29, '3', 'evt_01m8aat12yevzvz9hy4actgz2v', 'accounts.logged_in', NULL, NULL, 'acc_01m8aat11zehrthx9ary3tyxth', '{"method": "password", "session": "ses_01m8aat12venzt2cdmqze8mzwj"}', '2026-11-23 12:01:00+00', '99e55f9e00000007', NULL),
	(30, '3', 'evt_01m8aat13xexmv288ja83w0vm6', 'accounts.logged_in', NULL, NULL, 'acc_01m8aat11zehrthx9ary3tyxth', '{"method": "password", "session": "ses_01m8aat13weh894ndwkqkzpq2s"}', '2026-11-23 12:01:00+00', '99e55f9e00000009', NULL),
	(31, '3', 'evt_01m8aat13xexmv288jaam6q8t9', 'accounts.new_device', NULL, NULL, 'acc_01m8aat11zehrthx9ary3tyxth', '{"session": "ses_01m8aat13weh894ndwkqkzpq2s"}', '2026-11-23 12:01:00+00', '99e55f9e00000009', NULL),
	(32, '3', 'evt_01m8aat17eee9razfsghw0hcgc', 'accounts.created', NULL, NULL, 'acc_01m8aat17deeytmrern4r26fxx', '{}', '2026-11-23 12:02:00+00', '99e55f9e0000000b', NULL),
	(33, '3', 'evt_01m8aat18pe0zrjevkt93kxn19', 'accounts.logged_in', NULL, NULL, 'acc_01m8aat17deeytmrern4r26fxx', '{"method": "password", "session": "ses_01m8aat18meq6vz9tz8xxkgsvg"}', '2026-11-23 12:02:00+00', '99e55f9e0000000c', NULL),
	(34, '3', 'evt_01m8aat19zekwrwk1b5s6dy9jw', 'accounts.logged_in', NULL, NULL, 'acc_01m8aat17deeytmrern4r26fxx', '{"method": "password", "session": "ses_01m8aat19yeb09z5st1a400312"}', '2026-11-23 12:02:00+00', '99e55f9e0000000e', NULL),
	(35, '3', 'evt_01m8aat19zekwrwk1b5t9k4pw2', 'accounts.new_device', NULL, NULL, 'acc_01m8aat17deeytmrern4r26fxx', '{"session": "ses_01m8aat19yeb09z5st1a400312"}', '2026-11-23 12:02:00+00', '99e55f9e0000000e', NULL),
	(44, '3', 'evt_01m8aat1nfecnvghrmg1wfg9kq', 'entries.posted', 'org_01m8aat1h7eqx9cah3fcwswmc9', 'acc_01m8aat11zehrthx9ary3tyxth', 'ent_01m844wm80e7j9079h2d4tkh5d', '{"title": "Größe geprüft – 日本", "excerpt": "It was number 1."}', '2026-11-23 12:08:00+00', '99e55f9e00000018', NULL),
	(45, '3', 'evt_01m8aat1nkekgr9em8ybtvwp48', 'entries.posted', 'org_01m8aat1h7eqx9cah3fcwswmc9', 'acc_01m8aat0tneqpss0esrbak8xtq', 'ent_01m84509e0ejxbaxvg0ekbs1g5', '{"title": "Pump <b>4</b> runs", "excerpt": "It was number 2."}', '2026-11-23 12:10:00+00', '99e55f9e00000019', NULL),
	(1, '3', 'evt_01m8aat0nhe54bbyk8y0ygw1nw', 'accounts.created', NULL, 'acc_01m8aat0naeb0bs29kjafm3620', 'acc_01m8aat0naeb0bs29kjafm3620', '{}', '2026-11-09 12:00:00+00', NULL, NULL),
	(2, '3', 'evt_01m8aat0nhe54bbyk8y1921axz', 'accounts.created', NULL, 'acc_01m8aat0naeb0bs29kjafm3620', 'acc_01m8aat0nceeq9k69rjx1h5hsf', '{}', '2026-11-09 12:00:00+00', NULL, NULL),
	(3, '3', 'evt_01m8aat0nhe54bbyk8y2pz8bk0', 'accounts.created', NULL, 'acc_01m8aat0naeb0bs29kjafm3620', 'acc_01m8aat0ndeqat569b804kp2h2', '{}', '2026-11-09 12:00:00+00', NULL, NULL),
	(4, '3', 'evt_01m8aat0nhe54bbyk8y3cqn39j', 'accounts.created', NULL, 'acc_01m8aat0naeb0bs29kjafm3620', 'acc_01m8aat0ndeqat569b81d9q7g8', '{}', '2026-11-09 12:00:00+00', NULL, NULL),
	(5, '3', 'evt_01m8aat0nhe54bbyk8y50qyz2h', 'accounts.created', NULL, 'acc_01m8aat0naeb0bs29kjafm3620', 'acc_01m8aat0ndeqat569b84by8s9e', '{}', '2026-11-09 12:00:00+00', NULL, NULL),
	(6, '3', 'evt_01m8aat0nhe54bbyk8y754318x', 'organisations.created', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0naeb0bs29kjafm3620', 'org_01m8aat0nfev5amdyq8vqqnq5z', '{"name": "Halden Instruments"}', '2026-11-09 12:00:00+00', NULL, NULL),
	(7, '3', 'evt_01m8aat0nzenz9kypr9s9z6jmm', 'organisations.member_joined', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0ndeqat569b84by8s9e', 'acc_01m8aat0nceeq9k69rjx1h5hsf', '{"role": "administrator", "invited_by": "acc_01m8aat0naeb0bs29kjafm3620"}', '2026-11-09 12:28:00+00', NULL, NULL),
	(8, '3', 'evt_01m8aat0nzenz9kypr9t8cx9wc', 'organisations.member_joined', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0ndeqat569b84by8s9e', 'acc_01m8aat0ndeqat569b804kp2h2', '{"role": "member", "invited_by": "acc_01m8aat0naeb0bs29kjafm3620"}', '2026-11-09 12:28:00+00', NULL, NULL),
	(9, '3', 'evt_01m8aat0nzenz9kypr9t8y8cm2', 'organisations.member_joined', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0ndeqat569b84by8s9e', 'acc_01m8aat0ndeqat569b81d9q7g8', '{"role": "member", "invited_by": "acc_01m8aat0naeb0bs29kjafm3620"}', '2026-11-09 12:28:00+00', NULL, NULL),
	(10, '3', 'evt_01m8aat0nzenz9kypr9xcrpy2k', 'organisations.member_joined', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0ndeqat569b84by8s9e', 'acc_01m8aat0ndeqat569b84by8s9e', '{"role": "viewer", "invited_by": "acc_01m8aat0naeb0bs29kjafm3620"}', '2026-11-09 12:28:00+00', NULL, NULL),
	(11, '3', 'evt_01m8aat0pbeg7s0392ccbd78p5', 'entries.posted', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0naeb0bs29kjafm3620', 'ent_01m72avce0erfsq4bbesjeq30m', '{"title": "Weekly check of hall 3", "excerpt": "All eight meters read within their limits. The display of FM-207 is dim; a spare is on the shelf."}', '2026-11-10 08:58:00+00', NULL, NULL),
	(12, '3', 'evt_01m8aat0peef8r9sva6rrg3z02', 'entries.posted', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0nceeq9k69rjx1h5hsf', 'ent_01m75dnkv0e5bv3c3jx27p0y5y', '{"title": "Noise on line 4 recorded", "excerpt": "A regular knock every 40 seconds, louder under load. Recorded for the supplier."}', '2026-11-11 13:45:00+00', NULL, NULL),
	(13, '3', 'evt_01m8aat0pgex3t41bb9k967d81', 'entries.posted', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0ndeqat569b804kp2h2', 'ent_01m7724pa0eky8gjrdwcy9vwx7', '{"title": "Temperature sensor T-12 replaced", "excerpt": "The old one drifted by 1.8 °C over the summer. Its log is kept with the certificate."}', '2026-11-12 05:02:00+00', NULL, NULL),
	(14, '3', 'evt_01m8aat0phe15ssv2j5emp6ghe', 'entries.posted', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0ndeqat569b81d9q7g8', 'ent_01m79wc8n0e188xdbn0eznpx6v', '{"title": "New filter housings fitted", "excerpt": "Six of eight are in. The last two need another gasket, which comes on Thursday."}', '2026-11-13 07:19:00+00', NULL, NULL),
	(15, '3', 'evt_01m8aat0pkehetwbz6y1yw5qhj', 'entries.posted', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0nceeq9k69rjx1h5hsf', 'ent_01m7cvrme0ejs9yrea3ykvm701', '{"title": "Calibration plan for December", "excerpt": "Fourteen instruments are due. We begin with hall 1, as it stands still in the first week."}', '2026-11-14 11:06:00+00', NULL, NULL),
	(16, '3', 'evt_01m8aat0pmew3ba88n5nwbx9rt', 'entries.posted', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0naeb0bs29kjafm3620', 'ent_01m7fv5070eta97rgam9pqcvk0', '{"title": "Visit of the auditors", "excerpt": "They asked for the certificates of the last two years, and saw all of them. Two small remarks, both about labels."}', '2026-11-15 14:53:00+00', NULL, NULL),
	(17, '3', 'evt_01m8aat0ppe0cvm14rthmcz2p0', 'entries.posted', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0ndeqat569b804kp2h2', 'ent_01m7m4pvk0erw89z9e417a3ggp', '{"title": "Pump P-3 runs hotter than P-4", "excerpt": "Nine degrees apart at the same load. The bearing was greased; we look again on Monday."}', '2026-11-17 06:57:00+00', NULL, NULL),
	(18, '3', 'evt_01m8aat0pqe07rqfscaqsbegqf', 'entries.posted', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0ndeqat569b81d9q7g8', 'ent_01m7p01na0et59nha6xgydyd21', '{"title": "Spare valves ordered for hall 3", "excerpt": "Twelve pieces, delivery on 2 December. The old supplier could only promise January."}', '2026-11-18 00:14:00+00', NULL, NULL),
	(19, '3', 'evt_01m8aat0q6ehga7krby811jtf3', 'entries.posted', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0nceeq9k69rjx1h5hsf', 'ent_01m7tc2870ez0ana4yd29gttbb', '{"title": "Labels of hall 2 renewed", "excerpt": "As the auditors asked. Photographs are in the folder of the audit."}', '2026-11-19 17:01:00+00', NULL, NULL),
	(20, '3', 'evt_01m8aat0q7engvrhf13bghkb6c', 'entries.posted', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0naeb0bs29kjafm3620', 'ent_01m7w5p440ebqaj0hsccfbb313', '{"title": "Pressure test of the north line", "excerpt": "Held 9 bar for two hours without loss. The protocol is signed."}', '2026-11-20 09:48:00+00', NULL, NULL),
	(21, '3', 'evt_01m8aat0q9e649r3pwbrsfd2x9', 'entries.posted', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0ndeqat569b804kp2h2', 'ent_01m7yj67z0ez5a87a5a24kbnrc', '{"title": "Pressure drop on line 2, cause found", "excerpt": "A check valve stuck half open after the weekend stop. Line 2 is back at 6.2 bar since 11:30. We should look at the same valve on lines 1 and 4 this week."}', '2026-11-21 08:05:00+00', NULL, NULL),
	(22, '3', 'evt_01m8aat0qbe67ayp725wbg6cm2', 'entries.posted', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0nceeq9k69rjx1h5hsf', 'ent_01m815j320et0bkn2nkzmg5573', '{"title": "Flow meter FM-204 recalibrated", "excerpt": "Zero drift was 0.4 % after eleven months, inside the limit but higher than last year. Replaced the seal and ran three points."}', '2026-11-22 08:22:00+00', NULL, NULL),
	(23, '3', 'evt_01m8aat0qced8r9ydyzvsvmb3w', 'entries.posted', 'org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0ndeqat569b81d9q7g8', 'ent_01m818zyp0e0fbpd8vhgp1e0dc', '{"title": "Night shift hand-over", "excerpt": "Quiet. Line 4 was stopped for twenty minutes for the new sensor."}', '2026-11-22 09:22:00+00', NULL, NULL),
	(24, '3', 'evt_01m8aat0tpegsbj9zfn6svke2k', 'accounts.created', NULL, NULL, 'acc_01m8aat0tneqpss0esrbak8xtq', '{}', '2026-11-23 12:00:00+00', '99e55f9e00000001', NULL),
	(25, '3', 'evt_01m8aat0vxen5v2yzxex55xcn2', 'accounts.logged_in', NULL, NULL, 'acc_01m8aat0tneqpss0esrbak8xtq', '{"method": "password", "session": "ses_01m8aat0vmea6b7nejm30brtnq"}', '2026-11-23 12:00:00+00', '99e55f9e00000002', NULL),
	(26, '3', 'evt_01m8aat0ynez4szwnsy7tx2d6n', 'accounts.logged_in', NULL, NULL, 'acc_01m8aat0tneqpss0esrbak8xtq', '{"method": "password", "session": "ses_01m8aat0yjea7sfwjz1djpjrg7"}', '2026-11-23 12:00:00+00', '99e55f9e00000004', NULL),
	(27, '3', 'evt_01m8aat0ynez4szwnsya9jjy98', 'accounts.new_device', NULL, NULL, 'acc_01m8aat0tneqpss0esrbak8xtq', '{"session": "ses_01m8aat0yjea7sfwjz1djpjrg7"}', '2026-11-23 12:00:00+00', '99e55f9e00000004', NULL),
	(28, '3', 'evt_01m8aat120e68tnr632s5hgs6t', 'accounts.created', NULL, NULL, 'acc_01m8aat11zehrthx9ary3tyxth', '{}', '2026-11-23 12:01:00+00', '99e55f9e00000006', NULL),
	(36, '3', 'evt_01m8aat1e3ekes5esv3q109993', 'accounts.created', NULL, NULL, 'acc_01m8aat1e3ekes5esv3n0j7pjf', '{}', '2026-11-23 12:03:00+00', '99e55f9e00000010', NULL),
	(37, '3', 'evt_01m8aat1f7ezstdz3afp6ycqxh', 'accounts.logged_in', NULL, NULL, 'acc_01m8aat1e3ekes5esv3n0j7pjf', '{"method": "password", "session": "ses_01m8aat1f6e0691x30t011965h"}', '2026-11-23 12:03:00+00', '99e55f9e00000011', NULL),
	(38, '3', 'evt_01m8aat1gge5trqeqg1q6t4y4t', 'accounts.logged_in', NULL, NULL, 'acc_01m8aat1e3ekes5esv3n0j7pjf', '{"method": "password", "session": "ses_01m8aat1gfe2v82fpgwd9e1bc9"}', '2026-11-23 12:03:00+00', '99e55f9e00000013', NULL),
	(39, '3', 'evt_01m8aat1gge5trqeqg1q8rbs4m', 'accounts.new_device', NULL, NULL, 'acc_01m8aat1e3ekes5esv3n0j7pjf', '{"session": "ses_01m8aat1gfe2v82fpgwd9e1bc9"}', '2026-11-23 12:03:00+00', '99e55f9e00000013', NULL),
	(40, '3', 'evt_01m8aat1haezvs07zj8ygb1nym', 'organisations.created', 'org_01m8aat1h7eqx9cah3fcwswmc9', 'acc_01m8aat0tneqpss0esrbak8xtq', 'org_01m8aat1h7eqx9cah3fcwswmc9', '{"name": "Ember Works"}', '2026-11-23 12:04:00+00', '99e55f9e00000014', NULL),
	(41, '3', 'evt_01m8aat1hqe788qfd9qmge0zrs', 'organisations.member_invited', 'org_01m8aat1h7eqx9cah3fcwswmc9', 'acc_01m8aat0tneqpss0esrbak8xtq', 'inv_01m8aat1hneqy9yjg6053qf2z5', '{"role": "member"}', '2026-11-23 12:04:00+00', '99e55f9e00000015', NULL),
	(42, '3', 'evt_01m8aat1mze8bt3qxc0x6ckbww', 'organisations.member_joined', 'org_01m8aat1h7eqx9cah3fcwswmc9', 'acc_01m8aat11zehrthx9ary3tyxth', 'acc_01m8aat11zehrthx9ary3tyxth', '{"role": "member", "invited_by": "acc_01m8aat0tneqpss0esrbak8xtq"}', '2026-11-23 12:04:00+00', '99e55f9e00000016', NULL),
	(43, '3', 'evt_01m8aat1n5ebn9r0z71j6mft8m', 'entries.posted', 'org_01m8aat1h7eqx9cah3fcwswmc9', 'acc_01m8aat0tneqpss0esrbak8xtq', 'ent_01m844rz20ewparp122hn4ngg6', '{"title": "Valve replaced", "excerpt": "It was number 0."}', '2026-11-23 12:06:00+00', '99e55f9e00000017', NULL),
	(46, '3', 'evt_01m8aat1z0efg9fr1hmtwnjntm', 'accounts.second_factor_added', NULL, 'acc_01m8aat0tneqpss0esrbak8xtq', 'acc_01m8aat0tneqpss0esrbak8xtq', '{"factor": "totp"}', '2026-11-23 12:10:00+00', '99e55f9e0000001b', NULL),
	(47, '3', 'evt_01m8aat1z0efg9fr1hmvm0nfjb', 'accounts.backup_codes_made', NULL, 'acc_01m8aat0tneqpss0esrbak8xtq', 'acc_01m8aat0tneqpss0esrbak8xtq', '{}', '2026-11-23 12:10:00+00', '99e55f9e0000001b', NULL),
	(48, '3', 'evt_01m8aat1zaeedvzbdn6tqks6d6', 'accounts.api_key_made', NULL, 'acc_01m8aat0tneqpss0esrbak8xtq', 'acc_01m8aat0tneqpss0esrbak8xtq', '{"key": "key_01m8aat1z8e10s3hb7cr7w56hd", "scopes": ["entries.read"]}', '2026-11-23 12:10:00+00', '99e55f9e0000001c', NULL),
	(49, '3', 'evt_01m8aat1zhemw8245eeevnmnrw', 'accounts.service_account_made', NULL, 'acc_01m8aat0tneqpss0esrbak8xtq', 'acc_01m8aat1zee9x86g3keh50fv7v', '{}', '2026-11-23 12:10:00+00', '99e55f9e0000001d', NULL),
	(50, '3', 'evt_01m8aat1zhemw8245eegceg4jm', 'accounts.api_key_made', NULL, 'acc_01m8aat0tneqpss0esrbak8xtq', 'acc_01m8aat1zee9x86g3keh50fv7v', '{"key": "key_01m8aat1zge4dt6t832y42paag", "scopes": ["entries.read"]}', '2026-11-23 12:10:00+00', '99e55f9e0000001d', NULL);
INSERT INTO public.events OVERRIDING SYSTEM VALUE VALUES
	(51, '3', 'evt_01m8aat1zhemw8245eegz5f6zj', 'organisations.service_account_added', 'org_01m8aat1h7eqx9cah3fcwswmc9', 'acc_01m8aat0tneqpss0esrbak8xtq', 'acc_01m8aat1zee9x86g3keh50fv7v', '{"role": "member"}', '2026-11-23 12:10:00+00', '99e55f9e0000001d', NULL),
	(52, '3', 'evt_01m8aat207ef1txr8f6f6aqdg5', 'accounts.passkey_added', NULL, 'acc_01m8aat1e3ekes5esv3n0j7pjf', 'acc_01m8aat1e3ekes5esv3n0j7pjf', '{"passkey": "pky_01m8aat206ek49bfyk1y5w3sh1"}', '2026-11-23 12:10:00+00', '99e55f9e0000001f', NULL),
	(53, '3', 'evt_01m8aat20we7pr7mycfrtbv5yq', 'accounts.profile_changed', NULL, 'acc_01m8aat0tneqpss0esrbak8xtq', 'acc_01m8aat0tneqpss0esrbak8xtq', '{"fields": ["contact"]}', '2026-11-23 12:10:00+00', '99e55f9e00000021', NULL),
	(54, '3', 'evt_01m8aat22ve8w88p23p7g346m1', 'accounts.signing_keys_rotated', NULL, 'acc_01m8aat0tneqpss0esrbak8xtq', 'jwk_01m8aat0vtesq8ft8b2ay98a8c', '{}', '2026-11-23 12:10:00+00', '99e55f9e00000023', NULL),
	(55, '3', 'evt_01m8aat24fef88qr05x48nm9m8', 'accounts.session_ended', NULL, 'acc_01m8aat17deeytmrern4r26fxx', 'acc_01m8aat17deeytmrern4r26fxx', '{"reason": "deletion_asked", "session": "ses_01m8aat19yeb09z5st1a400312"}', '2026-11-23 12:10:00+00', '99e55f9e00000024', NULL),
	(56, '3', 'evt_01m8aat24fef88qr05x5vr3dg7', 'accounts.deletion_asked', NULL, 'acc_01m8aat17deeytmrern4r26fxx', 'acc_01m8aat17deeytmrern4r26fxx', '{}', '2026-11-23 12:10:00+00', '99e55f9e00000024', NULL),
	(57, '3', 'evt_01m8aat2anecsrj1x151h9v9ta', 'entries.posted', 'org_01m8aat1h7eqx9cah3fcwswmc9', 'acc_01m8aat11zehrthx9ary3tyxth', 'ent_01m8452410e6w9ntc017hw5evw', '{"title": "Nobody has followed this", "excerpt": ""}', '2026-11-23 12:11:00+00', '99e55f9e00000026', NULL);
INSERT INTO public.idempotency_keys VALUES
	('acc_01m8aat0tneqpss0esrbak8xtq', 'entry-0', '\x29dfb4fe55ddabbec28e14881e4a1210cfa7b8058a70e6632419b11c5bdf3c4c', 201, '{"ETag": "\"1\"", "Location": "/api/v2/entries/ent_01m844rz20ewparp122hn4ngg6"}', '\x282860835795bdc5436c287cd4a28bc5ff871883624a06eb3e5f677b8345cfab69879fb30cd14a161c0f2a711cebba261403cb0ef87a4d8f2ffccd2a9ca54cacc5e100498bdf96a3704579d623e6f31be7f06dcb9443334fbb07c569c240fffbd2842bdbd806b619982afe1fb0740ae02c62a7d87ee3d5059345ccc37fc30de0a9f5e5385397562b7ae5d18c0a479f99f1543f17db518b1f6b0843239c899890ea779b0b0473b98d4ddc7045848458dad97e04be3a5928ae861b9b9a1b7bf76dfedf16bac54428c4da63da18d05651280bd9801f51beacf62236117b9d7e1fa84d1cc2e93af6aee86afa63eb4bb287a82501c15063be20e69bf784007c02be6707890b1dd7758cd1bc7eaee83dda8a4356c5960923f03216226cd7511976b7db03892a1b967b561c5247549aa84c102f660ce66a82c9639a5565b8052edda13773ef198de78919c710d6717920938aa1d38cbee2d1b3b09f733e5f1ef36ca9a6ad3420d7ddb96c0c71e2ca644afe46b20786229578d88dce3d8238838e4cd90e553b', '2026-11-23 12:06:00+00'),
	('acc_01m8aat11zehrthx9ary3tyxth', 'entry-1', '\xb2579dfed0323b8c5dbb381f068a405f67a845103456ca3188460351fbe5dda7', 201, '{"ETag": "\"1\"", "Location": "/api/v2/entries/ent_01m844wm80e7j9079h2d4tkh5d"}', '\x20e649fa2df54157e1bb98dbbc08773c5fefaae20244551a50a363871314756c02292488d9be4fd3dbdddf796a57723de6fc4e8028bce7ffd1d818c00f3053faf828d6503f394c0910c6f364d6e60b52bf0efc055c985cdbf17e53088e9f8306bdf8ea708a62356ec194f35f6e388bbb58e4edec057cb76d362c0a58aa5569de4f680f6d4934ca9184bcfbfff99f1f838b3915d6fd3d58868d857810ab7eb02a0a308dd5ea8af52282ef8c8589d4bd8da7c0c0a3ddce209934e95f9c024ccfaab1f7cb1308cae33384cd48ca8d29bece1ca914a1e4970c8d363dd1f3ed4e84bda65ecef93ddec5fc507d12bd9259f2e556d4c33a0d3dc89be21e24618917eda82bccc74380d9693a183ef7ba216fb950a57b9ee9e342a9c2cb260c6a5e186c1c8395e15759149efa775db1745412ef634a00be05d792aecb1c1aa503e8d7b458e3ab659958d2b377352342e77eb731f7f6b3b4233d07dcc33729853719d69825599c876914a20f421917da8c60b490a4740a1d0ebce0f653f83221238eda142110d6906bba7ae22ab59cb901ae04eb', '2026-11-23 12:08:00+00'),
	('acc_01m8aat0tneqpss0esrbak8xtq', 'entry-2', '\xd465004e049d0e8835f9988e389aa55fc2f0859a14baadeebcf6742f4486293a', 201, '{"ETag": "\"1\"", "Location": "/api/v2/entries/ent_01m84509e0ejxbaxvg0ekbs1g5"}', '\x33f012b5cc38a21334d7a0faa00b119629beeca6d0b6a73d4cb11cc821a0f63abfecaba8e7ad6fab7aa6ac348fad9c301cb446e42f3a047b7c300ab524f104c0725e014ca0edf753a57fff901e26b159c71921ba8841dcdebea9ac35f1fb76e6eaa82cf2b9bc5e2fd7a7de465d7e7b414b03d5138ca5890b363b565bd912cece874d8550a8e85dfe0ba16e34846cb6c7093d284eee04f21a45ccf3c16f8c5b5b64799ea2df1891f242dd7fab736c936e783c9fa2a39c88ae9b928f0af2f48ba0cdd91116ab95ede83b65feabed62455321850e4a8e94fb8471f282bc8b73c6c412b956ce499aa4aef34aa0404643ee021ca78662f3e217c13bd4988cc88a6bddcea65836d6942de5ae3d2fc7fae5e500b47232a7f17f7a0cc0df9817e5f4770022e63ebe420a28893d13c7b73d38bde23d54406cb42ec2c686823e10edcf782f02527621c2b38bd1cd40074911e14a3182ab0f7de3cd177ca4f9bd1c5b2e62483d941bf759e14a78d63d1371b81cd06d3afd151e973fb5e28225d16e8dc65b4e0d5f4ae7dfe8', '2026-11-23 12:10:00+00');
INSERT INTO public.installation VALUES
	(true, 'test', '\x9bbdb1fd898cbbf6f843971c9b71c022');
INSERT INTO public.invitations VALUES
	('inv_01m8aat1hneqy9yjg6053qf2z5', 'org_01m8aat1h7eqx9cah3fcwswmc9', 'bo@example.com', 'bo@example.com', 'member', 'acc_01m8aat0tneqpss0esrbak8xtq', '\x8ea9ae7427e2d95d35f9a1c686553c91738c7e68e46a4ee81c75a84a4d3d2706', '2026-11-30 12:04:00+00', '2026-11-23 12:04:00+00', '2026-11-23 12:04:00+00', '2026-11-23 12:04:00+00', NULL);
INSERT INTO public.known_devices VALUES
	('acc_01m8aat0tneqpss0esrbak8xtq', '\xbfc51bcb79807377eb3fb27cf56de95fc153515264014f9fa7e09fa4b048ac09', '2026-11-23 12:00:00+00', '2026-11-23 12:00:00+00'),
	('acc_01m8aat0tneqpss0esrbak8xtq', '\x11fe599bfbde084ff71e72bb083003138f180a992522cd31b56a4e4a19843459', '2026-11-23 12:00:00+00', '2026-11-23 12:00:00+00'),
	('acc_01m8aat11zehrthx9ary3tyxth', '\xcd32f16b9573aa2912aeb46ecf609a07868eae855834044e7fa06e90ef45fd42', '2026-11-23 12:01:00+00', '2026-11-23 12:01:00+00'),
	('acc_01m8aat11zehrthx9ary3tyxth', '\x66b68562b452e986701755276465c9a80e2bbbaed4306a189081ffda1abbc967', '2026-11-23 12:01:00+00', '2026-11-23 12:01:00+00'),
	('acc_01m8aat17deeytmrern4r26fxx', '\x3538c61d4e6652c31cbc03c7fc31fa333135f70b9dfec9bfa1741c40e6dfd1ba', '2026-11-23 12:02:00+00', '2026-11-23 12:02:00+00'),
	('acc_01m8aat17deeytmrern4r26fxx', '\xd8f4652500adb15156a15b0322fd7ce535da91241353cdef5a76f0105d60d7a1', '2026-11-23 12:02:00+00', '2026-11-23 12:02:00+00'),
	('acc_01m8aat1e3ekes5esv3n0j7pjf', '\xb6740294414d6eb06baf31c509fcddbaec5243fdafa4ffb03b84cb5c23185ce6', '2026-11-23 12:03:00+00', '2026-11-23 12:03:00+00'),
	('acc_01m8aat1e3ekes5esv3n0j7pjf', '\x639eebb78a33240dc47d9aa16909f9603e78619272452d2188f4c7928ab25364', '2026-11-23 12:03:00+00', '2026-11-23 12:03:00+00');
INSERT INTO public.memberships VALUES
	('org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0naeb0bs29kjafm3620', 'owner', '2026-11-09 12:00:00+00'),
	('org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0nceeq9k69rjx1h5hsf', 'administrator', '2026-11-09 12:07:00+00'),
	('org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0ndeqat569b804kp2h2', 'member', '2026-11-09 12:14:00+00'),
	('org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0ndeqat569b81d9q7g8', 'member', '2026-11-09 12:21:00+00'),
	('org_01m8aat0nfev5amdyq8vqqnq5z', 'acc_01m8aat0ndeqat569b84by8s9e', 'viewer', '2026-11-09 12:28:00+00'),
	('org_01m8aat1h7eqx9cah3fcwswmc9', 'acc_01m8aat0tneqpss0esrbak8xtq', 'owner', '2026-11-23 12:04:00+00'),
	('org_01m8aat1h7eqx9cah3fcwswmc9', 'acc_01m8aat11zehrthx9ary3tyxth', 'member', '2026-11-23 12:04:00+00'),
	('org_01m8aat1h7eqx9cah3fcwswmc9', 'acc_01m8aat1zee9x86g3keh50fv7v', 'member', '2026-11-23 12:10:00+00');
INSERT INTO public.organisations VALUES
	('org_01m8aat0nfev5amdyq8vqqnq5z', 'halden-instruments', 'Halden Instruments', '2026-11-09 12:00:00+00', '2026-11-09 12:00:00+00', 1),
	('org_01m8aat1h7eqx9cah3fcwswmc9', 'ember-works', 'Ember Works', '2026-11-23 12:04:00+00', '2026-11-23 12:04:00+00', 1);
INSERT INTO public.passkeys VALUES
	('pky_01m8aat206ek49bfyk1y5w3sh1', 'acc_01m8aat1e3ekes5esv3n0j7pjf', '\x712e487b7c6dd96f8a0274dcbba7b89c', '\xa5010203262001215820bc497e57f20b4046ede9a6da09d81f5f422f4b54a91c5bb13d2146bc393016c5225820b39d7ad0040200a1618ea52cdf1df51471025265e8433e925cb49dc7a0b9907a', 0, 'Phone', '{internal}', true, '2026-11-23 12:10:00+00', NULL);
INSERT INTO public.pgqueuer VALUES
	(15, 0, NULL, '2026-11-25 21:46:54.169707+00', '2026-11-25 21:46:54.169707+00', '2026-11-25 21:46:54.169707+00', '2026-11-25 21:46:54.170236+00', 'queued', 'accounts.send_reset', NULL, '\x7b226163636f756e74223a226163635f30316d3861617431317a65687274687839617279337479787468227d', NULL, 0, NULL);
INSERT INTO public.sessions VALUES
	('ses_01m8aat0yjea7sfwjz1djpjrg7', 'acc_01m8aat0tneqpss0esrbak8xtq', '\x5be86a5e586f979c02456b2ffd1822d49d3549027d83021dee6d987c48e9926e', NULL, NULL, '2026-11-23 12:00:00+00', 0, true, 2592000, '2026-11-23 12:00:00+00', '2026-11-23 12:00:00+00', '2026-12-23 12:00:00+00', '2027-02-21 12:00:00+00', '2027-02-21 12:00:00+00', NULL, NULL, 'tests', '203.0.113.0/24', 'password', '2026-11-23 12:00:00+00', 0, NULL, NULL, false),
	('ses_01m8aat13weh894ndwkqkzpq2s', 'acc_01m8aat11zehrthx9ary3tyxth', '\xa0552c31d6d7d0e34e9425e6e53b131da5f26d544e523ed6caa081328cb79a36', NULL, NULL, '2026-11-23 12:01:00+00', 0, true, 2592000, '2026-11-23 12:01:00+00', '2026-11-23 12:01:00+00', '2026-12-23 12:01:00+00', '2027-02-21 12:01:00+00', '2027-02-21 12:01:00+00', NULL, NULL, 'tests', '203.0.113.0/24', 'password', '2026-11-23 12:01:00+00', 0, NULL, NULL, false),
	('ses_01m8aat1gfe2v82fpgwd9e1bc9', 'acc_01m8aat1e3ekes5esv3n0j7pjf', '\xa9051ec36f73c5f8c2e20688b766038683315d63fc2cc9e304570c34b689480e', NULL, NULL, '2026-11-23 12:03:00+00', 0, true, 2592000, '2026-11-23 12:03:00+00', '2026-11-23 12:03:00+00', '2026-12-23 12:03:00+00', '2027-02-21 12:03:00+00', '2027-02-21 12:03:00+00', NULL, NULL, 'tests', '203.0.113.0/24', 'password', '2026-11-23 12:03:00+00', 0, NULL, NULL, false),
	('ses_01m8aat19yeb09z5st1a400312', 'acc_01m8aat17deeytmrern4r26fxx', '\x19330914e921ec853ccc7b82e6feff2085b8e411ef7ebb365084e9966b34606d', NULL, NULL, '2026-11-23 12:02:00+00', 0, true, 2592000, '2026-11-23 12:02:00+00', '2026-11-23 12:02:00+00', '2026-12-23 12:02:00+00', '2027-02-21 12:02:00+00', '2027-02-21 12:02:00+00', '2026-11-23 12:10:00+00', 'deletion_asked', 'tests', '203.0.113.0/24', 'password', '2026-11-23 12:02:00+00', 0, NULL, NULL, false),
	('ses_01m8aat0vmea6b7nejm30brtnq', 'acc_01m8aat0tneqpss0esrbak8xtq', '\x31dc2db78c464c698b180880dbfe072e4cd6c2502867a3e372449842126465d2', '\x45a2face75ac34925181377a0c96b9c619cc07e9a034f738705def60202a312b', '\x7d0de0fe19f276d9fc8cb893530aabb378d15b8bc14e46fd638494204b974714', '2026-11-23 12:11:00+00', 1, true, 2592000, '2026-11-23 12:00:00+00', '2026-11-23 12:11:00+00', '2026-12-23 12:11:00+00', '2027-02-21 12:00:00+00', '2027-02-21 12:00:00+00', NULL, NULL, 'tests', '203.0.113.0/24', 'password', '2026-11-23 12:00:00+00', 0, NULL, NULL, false),
	('ses_01m8aat12venzt2cdmqze8mzwj', 'acc_01m8aat11zehrthx9ary3tyxth', '\x1876cca0ab14679cf60ec341dbc82ad2f3335da3c11b31e9c60fe84e3c8b718d', '\xd49dec94a88d11cc69be10efa4fe24e75fd6da521ea41a72345b38eccf2d42c0', '\x8edcfeb7d4eee89b37f81e41f3cae164a1812affcb7b4e3d7aa76744892ceab7', '2026-11-23 12:10:00+00', 1, true, 2592000, '2026-11-23 12:01:00+00', '2026-11-23 12:11:00+00', '2026-12-23 12:11:00+00', '2027-02-21 12:01:00+00', '2027-02-21 12:01:00+00', NULL, NULL, 'tests', '203.0.113.0/24', 'password', '2026-11-23 12:01:00+00', 0, NULL, NULL, false),
	('ses_01m8aat18meq6vz9tz8xxkgsvg', 'acc_01m8aat17deeytmrern4r26fxx', '\xc79cab99254bc2bdaffe239a3d94da24b90d26e14a606dc0be4b5e3f4b880378', '\x8ff702423012815163034a1734c06d0eb0da7e733b83dd89d281ad63cfa0f609', NULL, '2026-11-23 12:02:00+00', 0, true, 2592000, '2026-11-23 12:02:00+00', '2026-11-23 12:10:00+00', '2026-12-23 12:10:00+00', '2027-02-21 12:02:00+00', '2027-02-21 12:02:00+00', NULL, NULL, 'tests', '203.0.113.0/24', 'password', '2026-11-23 12:02:00+00', 0, NULL, NULL, false),
	('ses_01m8aat1f6e0691x30t011965h', 'acc_01m8aat1e3ekes5esv3n0j7pjf', '\x6f87d58b821d75493a8c5e9132657d6474abf1e7bfad7accc8217d1287594803', '\x9dd29a276d13930078fda10954176c7a17b05042d6a64d752ec4f10e0e74ec3f', NULL, '2026-11-23 12:03:00+00', 0, true, 2592000, '2026-11-23 12:03:00+00', '2026-11-23 12:10:00+00', '2026-12-23 12:10:00+00', '2027-02-21 12:03:00+00', '2027-02-21 12:03:00+00', NULL, NULL, 'tests', '203.0.113.0/24', 'password', '2026-11-23 12:03:00+00', 0, NULL, NULL, false);
INSERT INTO public.signing_keys VALUES
	('jwk_01m8aat0vrewwswqbzkf3qb38k', 'ES256', '{"x": "tB7X-P2gQZswfW5aRbnIV9t9PJAQCyaLfmDTutfhk18", "y": "aDIMhQqdvrg0XL_jFsD-k1XSSeCIvyNr56eAAVQJ53E", "crv": "P-256", "kty": "EC"}', '\x51330a2ee4816a00b838e6a0a102c42448e4a7371038378266d9ab4ab05236ce0e795cd1680233d3caa8017f6fc1edf4956375af548d060cca7c49ce0f6b79b635e6faca8b4ce5ffd26f0d31a32c9dae987f0a122a1a8cf9ea4f39df6992186a004a4ce8a30212601370eb26c15f8de2dfae166271c0084853873b54552523d9e019573da6aed3d27bbaae924313bf3cb043e46f7fc08d34360d2a63aaa7c31a8d0862782d88256d5e208026f744e7d1e3d2bd9621c976ed52fa075e0727de0bf344bdb5e4cb9e5719857da05c8d926436373c0284', 'retired', '2026-11-23 12:00:00+00', '2026-11-23 12:00:00+00', '2026-11-23 12:10:00+00', NULL),
	('jwk_01m8aat0vtesq8ft8b2ay98a8c', 'ES256', '{"x": "AU4pzOUEj0RkYAUoS2qSL82O8dxUU6QLJ4cauiv6tS8", "y": "CZBfKRUcN0P3r05N_4U90fnGcVDo7L1YGgjoH2Q72cU", "crv": "P-256", "kty": "EC"}', '\xd5d33fb7734073d6580c023c1339544348209f52b57c64fe65c7036ff30f1ce588c78c9fed1b635c117f64fe7ef21e0210384fd8523e7754797ddbec41333d364d720e91ffe44fe3e197c90d899892e429de5decad587892d1783ae66177302c49f228089476e81d0a483361161bb8b3a95d7331b7e40d2b24bec7f94c25e52c25db76244f70ff589789239b5572391531d6ba30e046507d9c6bbbf443c3e3e7d72c63d490a7b9e4d925272ba8abcb8b99f0856022211e918108294b8899cd9b168bb138f6849c05dc910c123a0fe1264878741092', 'active', '2026-11-23 12:00:00+00', '2026-11-23 12:10:00+00', NULL, NULL),
	('jwk_01m8aat22te9raj0q9xcn2yky3', 'ES256', '{"x": "F3_SJMAKq3FSlHXgCckotwma2v53wm-MaZLXvqwH-PY", "y": "ekU8In2aOsZZs1AhG-txiFYkZC4u6WC6BcK8UL0wJKI", "crv": "P-256", "kty": "EC"}', '\xc2e2ba7a35c492d05ac8207f86561336f531a96c56345432e63d4ba778a2fd66ffde830d4d3bf9fd95fcf33405f431a7eece9c82d11cd64a74288b92bfc1b9b3bfc40654e02bb2c5857c852c280968b35a5be739898fac81c1dfd6c3aa140e82b4d1286483ffae2f0a2032c24a05a51b26b57bde572847c06772682b2dd3f504fa76f8f94b53dfc9d637ccea3b8cd25d26fd88a37ae49752b2e272797365a65d4b63d50394c9454aeaf3e3164a30acde81b561156f08148e1f6c0d58ca999d22e17e40a64e958809634e97297e9288de1a70ecdf3a', 'standby', '2026-11-23 12:10:00+00', NULL, NULL, NULL);
INSERT INTO public.spent_tokens VALUES
	('\x11040e83f5b5b2e3ebb65fda0f5349792c99be7773a1d779e694ee10b02cc39b', '2026-11-23 12:15:00+00');
INSERT INTO public.totp_secrets VALUES
	('acc_01m8aat0tneqpss0esrbak8xtq', '\xd7cf5f6f59ade345d4883f1f432eba4544a3ffd4303925c344ffaf93ab031671bb373f81aeb2536c6d83fabccdbd5e2a', 59847860, '2026-11-23 12:10:00+00', '2026-11-23 12:10:00+00');
INSERT INTO public.user_permissions VALUES
	('acc_01m8aat0tneqpss0esrbak8xtq', 'platform.admin', NULL, '2026-11-25 21:46:53.845157+00');
SELECT pg_catalog.setval('public.events_number_seq', 57, true);
SELECT pg_catalog.setval('public.pgqueuer_id_seq', 15, true);
SELECT pg_catalog.setval('public.pgqueuer_log_id_seq', 1, false);
SELECT pg_catalog.setval('public.pgqueuer_schedules_id_seq', 1, false);
SELECT pg_catalog.setval('public.pgqueuer_statistics_id_seq', 1, false);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_email_key_unique UNIQUE (email_key);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_hash_unique UNIQUE (key_hash);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.audit_checks
    ADD CONSTRAINT audit_checks_pkey PRIMARY KEY (is_one);
ALTER TABLE ONLY public.audit_head
    ADD CONSTRAINT audit_head_pkey PRIMARY KEY (is_one);
ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_event_unique UNIQUE (event_id);
ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (number);
ALTER TABLE ONLY public.backup_codes
    ADD CONSTRAINT backup_codes_pkey PRIMARY KEY (account_id, code_hash);
ALTER TABLE ONLY public.entries
    ADD CONSTRAINT entries_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.event_followers
    ADD CONSTRAINT event_followers_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (number);
ALTER TABLE ONLY public.exports
    ADD CONSTRAINT exports_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.guards
    ADD CONSTRAINT guards_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (caller, key);
ALTER TABLE ONLY public.identities
    ADD CONSTRAINT identities_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.identities
    ADD CONSTRAINT identities_subject_unique UNIQUE (issuer, subject);
ALTER TABLE ONLY public.installation
    ADD CONSTRAINT installation_pkey PRIMARY KEY (is_one);
ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_token_hash_unique UNIQUE (token_hash);
ALTER TABLE ONLY public.known_devices
    ADD CONSTRAINT known_devices_pkey PRIMARY KEY (account_id, device_hash);
ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_pkey PRIMARY KEY (organisation_id, account_id);
ALTER TABLE ONLY public.organisations
    ADD CONSTRAINT organisations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.organisations
    ADD CONSTRAINT organisations_slug_unique UNIQUE (slug);
ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_credential_unique UNIQUE (credential_id);
ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.pgqueuer_log
    ADD CONSTRAINT pgqueuer_log_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.pgqueuer
    ADD CONSTRAINT pgqueuer_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.pgqueuer_schedules
    ADD CONSTRAINT pgqueuer_schedules_expression_entrypoint_key UNIQUE (expression, entrypoint);
ALTER TABLE ONLY public.pgqueuer_schedules
    ADD CONSTRAINT pgqueuer_schedules_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.pgqueuer_statistics
    ADD CONSTRAINT pgqueuer_statistics_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.proofs
    ADD CONSTRAINT proofs_link_hash_unique UNIQUE (link_hash);
ALTER TABLE ONLY public.proofs
    ADD CONSTRAINT proofs_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_former_refresh_hash_unique UNIQUE (former_refresh_hash);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_refresh_hash_unique UNIQUE (refresh_hash);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_token_hash_unique UNIQUE (token_hash);
ALTER TABLE ONLY public.sign_ups
    ADD CONSTRAINT sign_ups_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.signing_keys
    ADD CONSTRAINT signing_keys_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.spent_tokens
    ADD CONSTRAINT spent_tokens_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.totp_secrets
    ADD CONSTRAINT totp_secrets_pkey PRIMARY KEY (account_id);
ALTER TABLE ONLY public.user_permissions
    ADD CONSTRAINT user_permissions_pkey PRIMARY KEY (account_id, permission);
CREATE INDEX accounts_by_words ON public.accounts USING gin (to_tsvector('simple'::regconfig, name));
CREATE INDEX accounts_to_erase ON public.accounts USING btree (erase_at) WHERE (erase_at IS NOT NULL);
CREATE INDEX api_keys_by_account ON public.api_keys USING btree (account_id);
CREATE INDEX api_keys_by_maker ON public.api_keys USING btree (created_by) WHERE (created_by IS NOT NULL);
CREATE INDEX audit_log_by_actor ON public.audit_log USING btree (actor_id, number DESC) WHERE (actor_id IS NOT NULL);
CREATE INDEX audit_log_by_impersonator ON public.audit_log USING btree (impersonator_id, number DESC) WHERE (impersonator_id IS NOT NULL);
CREATE INDEX audit_log_by_subject ON public.audit_log USING btree (subject, number DESC) WHERE (subject IS NOT NULL);
CREATE INDEX entries_by_author ON public.entries USING btree (author_id);
CREATE INDEX entries_by_time ON public.entries USING btree (organisation_id, occurred_at DESC, id DESC);
CREATE INDEX events_by_organisation ON public.events USING btree (organisation_id, number DESC) WHERE (organisation_id IS NOT NULL);
CREATE INDEX events_by_transaction ON public.events USING btree (transaction, number);
CREATE INDEX events_of_accounts ON public.events USING btree (subject, number DESC) WHERE ((kind >= 'accounts.'::text) AND (kind < 'accounts/'::text));
CREATE INDEX exports_by_account ON public.exports USING btree (account_id, created_at DESC);
CREATE INDEX exports_by_age ON public.exports USING btree (until);
CREATE INDEX guards_by_account ON public.guards USING btree (account_id) WHERE (account_id IS NOT NULL);
CREATE INDEX guards_by_age ON public.guards USING btree (tried_at);
CREATE INDEX idempotency_keys_by_age ON public.idempotency_keys USING btree (created_at);
CREATE INDEX identities_by_account ON public.identities USING btree (account_id);
CREATE INDEX invitations_by_inviter ON public.invitations USING btree (invited_by);
CREATE UNIQUE INDEX invitations_open ON public.invitations USING btree (organisation_id, email_key) WHERE ((accepted_at IS NULL) AND (revoked_at IS NULL));
CREATE INDEX memberships_by_account ON public.memberships USING btree (account_id, joined_at);
CREATE INDEX organisations_by_words ON public.organisations USING gin (to_tsvector('simple'::regconfig, name));
CREATE INDEX passkeys_by_account ON public.passkeys USING btree (account_id);
CREATE INDEX pgqueuer_ep_ea_idx ON public.pgqueuer USING btree (entrypoint, execute_after) WHERE (status = 'queued'::public.pgqueuer_status);
CREATE INDEX pgqueuer_ep_prio_id_idx ON public.pgqueuer USING btree (entrypoint, priority DESC, id) WHERE (status = 'queued'::public.pgqueuer_status);
CREATE INDEX pgqueuer_log_created ON public.pgqueuer_log USING btree (created);
CREATE INDEX pgqueuer_log_job_id_status ON public.pgqueuer_log USING btree (job_id, created DESC);
CREATE INDEX pgqueuer_log_not_aggregated ON public.pgqueuer_log USING btree ((1)) WHERE (NOT aggregated);
CREATE INDEX pgqueuer_log_status ON public.pgqueuer_log USING btree (status);
CREATE INDEX pgqueuer_picked_heartbeat_idx ON public.pgqueuer USING btree (heartbeat) WHERE (status = 'picked'::public.pgqueuer_status);
CREATE UNIQUE INDEX pgqueuer_picked_slot_idx ON public.pgqueuer USING btree (entrypoint, slot) WHERE ((status = 'picked'::public.pgqueuer_status) AND (slot IS NOT NULL));
CREATE INDEX pgqueuer_priority_id_id1_idx ON public.pgqueuer USING btree (priority, id DESC) INCLUDE (id) WHERE (status = 'queued'::public.pgqueuer_status);
CREATE INDEX pgqueuer_queue_manager_id_idx ON public.pgqueuer USING btree (queue_manager_id) WHERE (queue_manager_id IS NOT NULL);
CREATE UNIQUE INDEX pgqueuer_statistics_unique_count ON public.pgqueuer_statistics USING btree (priority, date_trunc('sec'::text, timezone('UTC'::text, created)), status, entrypoint);
CREATE UNIQUE INDEX pgqueuer_unique_dedupe_key ON public.pgqueuer USING btree (dedupe_key) WHERE ((status = ANY (ARRAY['queued'::public.pgqueuer_status, 'picked'::public.pgqueuer_status])) AND (dedupe_key IS NOT NULL));
CREATE INDEX pgqueuer_updated_id_id1_idx ON public.pgqueuer USING btree (updated, id DESC) INCLUDE (id) WHERE (status = 'picked'::public.pgqueuer_status);
CREATE INDEX proofs_by_account ON public.proofs USING btree (account_id) WHERE (account_id IS NOT NULL);
CREATE INDEX proofs_by_email ON public.proofs USING btree (email_key, purpose, created_at DESC);
CREATE INDEX proofs_by_sign_up ON public.proofs USING btree (sign_up_id) WHERE (sign_up_id IS NOT NULL);
CREATE INDEX sessions_by_account ON public.sessions USING btree (account_id, seen_at DESC) WHERE (ended_at IS NULL);
CREATE INDEX sessions_by_impersonator ON public.sessions USING btree (impersonator_id) WHERE (impersonator_id IS NOT NULL);
CREATE INDEX sessions_of_accounts ON public.sessions USING btree (account_id);
CREATE INDEX sign_ups_by_age ON public.sign_ups USING btree (created_at);
CREATE INDEX sign_ups_by_email ON public.sign_ups USING btree (email_key, created_at DESC);
CREATE UNIQUE INDEX signing_keys_one_active ON public.signing_keys USING btree (state) WHERE (state = 'active'::text);
CREATE INDEX spent_tokens_by_age ON public.spent_tokens USING btree (until);
CREATE INDEX user_permissions_by_granter ON public.user_permissions USING btree (granted_by) WHERE (granted_by IS NOT NULL);
CREATE TRIGGER audit_log_rows_stay BEFORE DELETE OR UPDATE ON public.audit_log FOR EACH ROW EXECUTE FUNCTION public.refuse_change_of_audit_log();
CREATE TRIGGER audit_log_stays BEFORE TRUNCATE ON public.audit_log FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change_of_audit_log();
CREATE TRIGGER tg_pgqueuer_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.pgqueuer FOR EACH STATEMENT EXECUTE FUNCTION public.fn_pgqueuer_changed();
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.accounts(id) ON DELETE SET NULL;
ALTER TABLE ONLY public.backup_codes
    ADD CONSTRAINT backup_codes_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.entries
    ADD CONSTRAINT entries_author_id_fkey FOREIGN KEY (author_id) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.entries
    ADD CONSTRAINT entries_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisations(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.exports
    ADD CONSTRAINT exports_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.guards
    ADD CONSTRAINT guards_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.identities
    ADD CONSTRAINT identities_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisations(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.known_devices
    ADD CONSTRAINT known_devices_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisations(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.proofs
    ADD CONSTRAINT proofs_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.proofs
    ADD CONSTRAINT proofs_sign_up_id_fkey FOREIGN KEY (sign_up_id) REFERENCES public.sign_ups(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_impersonator_id_fkey FOREIGN KEY (impersonator_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.totp_secrets
    ADD CONSTRAINT totp_secrets_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.user_permissions
    ADD CONSTRAINT user_permissions_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.user_permissions
    ADD CONSTRAINT user_permissions_granted_by_fkey FOREIGN KEY (granted_by) REFERENCES public.accounts(id) ON DELETE SET NULL;
