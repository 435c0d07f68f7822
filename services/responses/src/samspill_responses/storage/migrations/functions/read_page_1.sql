-- What one session may fetch of what its participant has answered (SPEC I7, S6): ciphertexts only of its own.
CREATE OR REPLACE FUNCTION read_page(
    p_school uuid, p_survey uuid, p_participant uuid, p_session uuid,
    OUT outcome text, OUT state text, OUT question_ids uuid[], OUT ciphertexts bytea[], OUT marks boolean[]
) LANGUAGE plpgsql SECURITY INVOKER AS $function$
DECLARE
    known record;
BEGIN
    PERFORM set_config('app.school_ids', p_school::text, true);
    PERFORM pg_advisory_xact_lock_shared(uuid_hash_extended(p_survey, 0));

    SELECT s.sealed_at IS NOT NULL OR s.closes_at <= clock_timestamp() AS is_closed,
           EXISTS (SELECT FROM survey_locks l
                   WHERE l.school_id = p_school AND l.survey_id = p_survey) AS is_locked
      INTO known
      FROM surveys s WHERE s.school_id = p_school AND s.survey_id = p_survey;
    IF NOT FOUND THEN outcome := 'survey_not_found'; RETURN; END IF;
    IF known.is_locked THEN outcome := 'survey_is_locked'; RETURN; END IF;
    IF known.is_closed THEN outcome := 'survey_closed'; RETURN; END IF;

    SELECT p.state INTO state
      FROM participants p
     WHERE p.school_id = p_school AND p.survey_id = p_survey AND p.participant_id = p_participant
       AND p.until_version IS NULL;
    IF NOT FOUND THEN outcome := 'participant_not_found'; RETURN; END IF;

    outcome := 'read';
    SELECT array_agg(a.question_id),
           array_agg(CASE WHEN a.session_id = p_session THEN a.ciphertext END), array_agg(a.mark)
      INTO question_ids, ciphertexts, marks
      FROM answers a
     WHERE a.school_id = p_school AND a.survey_id = p_survey AND a.participant_id = p_participant;
END
$function$
