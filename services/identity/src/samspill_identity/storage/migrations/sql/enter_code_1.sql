-- Opens a pupil's session for the code with this hash, in one round trip. Runs with the caller's
-- rights: the hash shows one row, and that row's school becomes the scope of what follows.
CREATE FUNCTION enter_code(
    p_code_hash bytea, p_session_id uuid, p_token_hash bytea, p_now timestamptz
) RETURNS TABLE (
    outcome text, session_id uuid, municipality_id uuid, school_id uuid, survey_id uuid,
    participant_id uuid, write_only boolean, expires_at timestamptz
) LANGUAGE plpgsql SECURITY INVOKER AS $$
#variable_conflict use_column
DECLARE
    code access_codes%ROWTYPE;
    survey surveys%ROWTYPE;
    refusal text;
    was_here boolean;
BEGIN
    PERFORM set_config('app.lookup', encode(p_code_hash, 'hex'), true);
    -- Held, so that of two who type it at the same moment one alone is the first.
    SELECT * INTO code FROM access_codes c WHERE c.code_hash = p_code_hash FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN QUERY SELECT 'code_unknown', NULL::uuid, NULL::uuid, NULL::uuid, NULL::uuid,
            NULL::uuid, NULL::boolean, NULL::timestamptz;
        RETURN;
    END IF;
    PERFORM set_config('app.school_ids', code.school_id::text, true);
    -- Whoever locks or erases the survey waits for this, and this for them.
    SELECT * INTO survey FROM surveys s
        WHERE s.school_id = code.school_id AND s.survey_id = code.survey_id FOR KEY SHARE;
    refusal := CASE
        WHEN code.revoked_at IS NOT NULL THEN 'code_revoked'
        WHEN survey.closed_at IS NOT NULL OR code.closes_at <= p_now THEN 'survey_closed'
        WHEN EXISTS (SELECT FROM survey_locks l
            WHERE l.school_id = code.school_id AND l.survey_id = code.survey_id)
            THEN 'survey_closed'
    END;
    IF refusal IS NOT NULL THEN
        RETURN QUERY SELECT refusal, NULL::uuid, NULL::uuid, NULL::uuid, NULL::uuid,
            NULL::uuid, NULL::boolean, NULL::timestamptz;
        RETURN;
    END IF;
    -- Any earlier code counts: a renewed one must not show what was answered before (SPEC I7, S6).
    was_here := EXISTS (SELECT FROM access_codes c
        WHERE c.school_id = code.school_id AND c.survey_id = code.survey_id
            AND c.participant_id = code.participant_id AND c.used_at IS NOT NULL);
    UPDATE access_codes c SET used_at = p_now
        WHERE c.school_id = code.school_id AND c.survey_id = code.survey_id
            AND c.code_id = code.code_id AND c.used_at IS NULL;
    INSERT INTO pupil_sessions (school_id, survey_id, session_id, participant_id, token_hash,
            write_only, started_at, expires_at)
        VALUES (code.school_id, code.survey_id, p_session_id, code.participant_id, p_token_hash,
            was_here, p_now, code.closes_at);
    RETURN QUERY SELECT 'entered', p_session_id, s.municipality_id, code.school_id,
            code.survey_id, code.participant_id, was_here, code.closes_at
        FROM schools s WHERE s.school_id = code.school_id;
END
$$
