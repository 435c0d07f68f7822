-- The living session with this hash, unless its survey is closed or locked.
CREATE FUNCTION find_pupil_session(p_token_hash bytea, p_now timestamptz) RETURNS TABLE (
    session_id uuid, municipality_id uuid, school_id uuid, survey_id uuid,
    participant_id uuid, write_only boolean, expires_at timestamptz
) LANGUAGE plpgsql SECURITY INVOKER AS $$
#variable_conflict use_column
DECLARE
    found_one pupil_sessions%ROWTYPE;
BEGIN
    PERFORM set_config('app.lookup', encode(p_token_hash, 'hex'), true);
    SELECT * INTO found_one FROM pupil_sessions p
        WHERE p.token_hash = p_token_hash AND p.ended_at IS NULL AND p.expires_at > p_now;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM set_config('app.school_ids', found_one.school_id::text, true);
    RETURN QUERY SELECT found_one.session_id, s.municipality_id, found_one.school_id,
            found_one.survey_id, found_one.participant_id, found_one.write_only,
            found_one.expires_at
        FROM schools s
        WHERE s.school_id = found_one.school_id AND NOT EXISTS (SELECT FROM survey_locks l
            WHERE l.school_id = found_one.school_id AND l.survey_id = found_one.survey_id);
END
$$
