CREATE TABLE municipalities (
    municipality_id uuid CONSTRAINT pk_municipalities PRIMARY KEY,
    orgnr text NOT NULL CONSTRAINT uq_municipalities_orgnr UNIQUE,
    name text NOT NULL
)


CREATE TABLE schools (
    school_id uuid CONSTRAINT pk_schools PRIMARY KEY,
    municipality_id uuid NOT NULL
        CONSTRAINT fk_schools_municipality_id REFERENCES municipalities (municipality_id),
    orgnr text NOT NULL CONSTRAINT uq_schools_orgnr UNIQUE,
    name text NOT NULL
)


-- The private half is ciphertext under a key that retention gives to identity alone.
CREATE TABLE signing_keys (
    kid text CONSTRAINT pk_signing_keys PRIMARY KEY,
    public_jwk jsonb NOT NULL,
    sealed_private bytea NOT NULL,
    made_at timestamptz NOT NULL
)


CREATE TABLE sign_in_attempts (
    token_hash bytea CONSTRAINT pk_sign_in_attempts PRIMARY KEY,
    sealed bytea NOT NULL,
    expires_at timestamptz NOT NULL
)


CREATE TABLE staff_sessions (
    token_hash bytea CONSTRAINT pk_staff_sessions PRIMARY KEY,
    session_id uuid NOT NULL CONSTRAINT uq_staff_sessions_session_id UNIQUE,
    staff_id uuid NOT NULL,
    display_name text NOT NULL,
    memberships jsonb NOT NULL,
    provider_session text NOT NULL,
    provider_tokens bytea NOT NULL,
    active_school uuid,
    started_at timestamptz NOT NULL,
    used_at timestamptz NOT NULL,
    rights_read_at timestamptz NOT NULL
)


CREATE INDEX ix_staff_sessions_provider_session ON staff_sessions (provider_session)


CREATE INDEX ix_staff_sessions_staff_id ON staff_sessions (staff_id)


CREATE TABLE staff_members (
    school_id uuid, staff_id uuid,
    display_name text NOT NULL,
    roles text[] NOT NULL,
    told_at timestamptz NOT NULL,
    CONSTRAINT pk_staff_members PRIMARY KEY (school_id, staff_id)
)


CREATE TABLE grants (
    school_id uuid, staff_id uuid, place integer,
    action text NOT NULL CONSTRAINT ck_grants_action CHECK (action IN
        ('create_survey', 'delete_survey', 'read_report', 'manage_roster', 'share')),
    level text CONSTRAINT ck_grants_level CHECK (level IN
        ('aggregate', 'pseudonymous', 'named', 'free_text')),
    group_id uuid,
    until_on date NOT NULL,
    granted_by uuid NOT NULL,
    granted_at timestamptz NOT NULL,
    CONSTRAINT pk_grants PRIMARY KEY (school_id, staff_id, place),
    CONSTRAINT ck_grants_level_of_reading CHECK ((action = 'read_report') = (level IS NOT NULL))
)


CREATE TABLE groups (
    school_id uuid, group_id uuid,
    name text NOT NULL,
    name_key text NOT NULL,
    CONSTRAINT pk_groups PRIMARY KEY (school_id, group_id),
    CONSTRAINT uq_groups_school_id_name_key UNIQUE (school_id, name_key)
)


-- Names and genders are ciphertext; there is no other column about a pupil (SPEC I5).
CREATE TABLE pupils (
    school_id uuid, pupil_id uuid,
    card bytea NOT NULL,
    CONSTRAINT pk_pupils PRIMARY KEY (school_id, pupil_id)
)


CREATE TABLE pupil_groups (
    school_id uuid, pupil_id uuid, group_id uuid,
    CONSTRAINT pk_pupil_groups PRIMARY KEY (school_id, pupil_id, group_id),
    CONSTRAINT fk_pupil_groups_pupil FOREIGN KEY (school_id, pupil_id)
        REFERENCES pupils (school_id, pupil_id),
    CONSTRAINT fk_pupil_groups_group FOREIGN KEY (school_id, group_id)
        REFERENCES groups (school_id, group_id)
)


CREATE INDEX ix_pupil_groups_group ON pupil_groups (school_id, group_id)


CREATE TABLE prepared_imports (
    school_id uuid, import_id uuid,
    staff_id uuid NOT NULL,
    sealed bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT pk_prepared_imports PRIMARY KEY (school_id, import_id)
)


CREATE TABLE audit_entries (
    school_id uuid, sequence bigint,
    entry_id uuid NOT NULL,
    at timestamptz NOT NULL,
    staff_id uuid NOT NULL,
    purpose text NOT NULL,
    survey_id uuid,
    level text,
    participants uuid[] NOT NULL,
    subject_id uuid,
    previous bytea NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT pk_audit_entries PRIMARY KEY (school_id, sequence)
)


CREATE TABLE audit_heads (
    school_id uuid CONSTRAINT pk_audit_heads PRIMARY KEY,
    sequence bigint NOT NULL,
    digest bytea NOT NULL
)


CREATE TABLE surveys (
    school_id uuid, survey_id uuid,
    created_by uuid NOT NULL,
    delete_on date NOT NULL,
    ceiling_on date NOT NULL,
    has_fixed_readers boolean NOT NULL,
    closed_at timestamptz,
    CONSTRAINT pk_surveys PRIMARY KEY (school_id, survey_id),
    CONSTRAINT ck_surveys_delete_on CHECK (delete_on <= ceiling_on)
)


CREATE INDEX ix_surveys_delete_on ON surveys (delete_on)


CREATE TABLE survey_groups (
    school_id uuid, survey_id uuid, group_id uuid,
    place integer NOT NULL,
    CONSTRAINT pk_survey_groups PRIMARY KEY (school_id, survey_id, group_id),
    CONSTRAINT fk_survey_groups_survey FOREIGN KEY (school_id, survey_id)
        REFERENCES surveys (school_id, survey_id)
)


CREATE TABLE survey_readers (
    school_id uuid, survey_id uuid, staff_id uuid,
    place integer NOT NULL,
    display_name text NOT NULL,
    role text NOT NULL,
    level text NOT NULL,
    CONSTRAINT pk_survey_readers PRIMARY KEY (school_id, survey_id, staff_id),
    CONSTRAINT fk_survey_readers_survey FOREIGN KEY (school_id, survey_id)
        REFERENCES surveys (school_id, survey_id)
)


CREATE TABLE access_codes (
    school_id uuid, survey_id uuid, code_id uuid,
    participant_id uuid NOT NULL,
    code_hash bytea NOT NULL CONSTRAINT uq_access_codes_code_hash UNIQUE,
    made_at timestamptz NOT NULL,
    closes_at timestamptz NOT NULL,
    is_renewed boolean NOT NULL,
    used_at timestamptz,
    revoked_at timestamptz,
    CONSTRAINT pk_access_codes PRIMARY KEY (school_id, survey_id, code_id),
    CONSTRAINT fk_access_codes_survey FOREIGN KEY (school_id, survey_id)
        REFERENCES surveys (school_id, survey_id)
)


CREATE INDEX ix_access_codes_participant ON access_codes (school_id, survey_id, participant_id)


CREATE TABLE pupil_sessions (
    school_id uuid, survey_id uuid, session_id uuid,
    participant_id uuid NOT NULL,
    token_hash bytea NOT NULL CONSTRAINT uq_pupil_sessions_token_hash UNIQUE,
    write_only boolean NOT NULL,
    started_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT pk_pupil_sessions PRIMARY KEY (school_id, survey_id, session_id),
    CONSTRAINT fk_pupil_sessions_survey FOREIGN KEY (school_id, survey_id)
        REFERENCES surveys (school_id, survey_id)
)


CREATE INDEX ix_pupil_sessions_participant ON pupil_sessions (school_id, survey_id, participant_id)


-- Without a foreign key: a survey may be locked or erased that never arrived here.
CREATE TABLE survey_locks (
    school_id uuid, survey_id uuid,
    locked_at timestamptz NOT NULL,
    CONSTRAINT pk_survey_locks PRIMARY KEY (school_id, survey_id)
)


CREATE TABLE survey_tombstones (
    school_id uuid, survey_id uuid,
    erased_at timestamptz NOT NULL,
    rows_removed jsonb NOT NULL,
    CONSTRAINT pk_survey_tombstones PRIMARY KEY (school_id, survey_id)
)
