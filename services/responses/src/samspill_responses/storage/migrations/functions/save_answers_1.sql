-- One save of one page, in one statement and one transaction (SPEC R1-R4, ARCHITECTURE 5).
-- The rules of states stand in domain/participation.py too; tests/contracts/answers_port.py holds both to them.
CREATE OR REPLACE FUNCTION save_answers(
    p_school uuid, p_survey uuid, p_participant uuid, p_session uuid,
    p_page uuid, p_sequence integer, p_acceptance bigint, p_at timestamptz,
    p_questions uuid[], p_ciphertexts bytea[], p_marks boolean[], p_cleared uuid[],
    p_submits boolean, p_declines boolean, p_form uuid[], p_masks boolean[],
    p_states text[], p_event_ids uuid[], p_payloads bytea[], p_headers jsonb[], p_subject text,
    OUT outcome text, OUT new_state text, OUT handed_in_at timestamptz, OUT answered integer
) LANGUAGE plpgsql SECURITY INVOKER AS $function$
DECLARE
    known record;
    before text;
    is_new boolean;
    fact integer;
BEGIN
    PERFORM set_config('app.school_ids', p_school::text, true);
    -- Shared among saves. Sealing, locking and erasing take it alone, and so wait for saves under way.
    PERFORM pg_advisory_xact_lock_shared(uuid_hash_extended(p_survey, 0));

    SELECT s.acceptance_version, s.sealed_at IS NOT NULL OR s.closes_at <= clock_timestamp() AS is_closed,
           EXISTS (SELECT FROM survey_locks l
                   WHERE l.school_id = p_school AND l.survey_id = p_survey) AS is_locked
      INTO known
      FROM surveys s WHERE s.school_id = p_school AND s.survey_id = p_survey;
    IF NOT FOUND THEN outcome := 'survey_not_found'; RETURN; END IF;
    IF known.is_locked THEN outcome := 'survey_is_locked'; RETURN; END IF;
    IF known.is_closed AND NOT EXISTS (
        -- A repeat of what was kept in time gets its answer also after closing.
        SELECT FROM pages g WHERE g.school_id = p_school AND g.survey_id = p_survey
           AND g.participant_id = p_participant AND g.page_id = p_page AND g.sequence >= p_sequence
    ) THEN outcome := 'survey_closed'; RETURN; END IF;
    IF known.acceptance_version <> p_acceptance THEN outcome := 'acceptance_changed_meanwhile'; RETURN; END IF;

    SELECT p.state, p.submitted_at INTO before, handed_in_at
      FROM participants p
     WHERE p.school_id = p_school AND p.survey_id = p_survey AND p.participant_id = p_participant
       AND p.until_version IS NULL
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN outcome := 'participant_not_found'; RETURN; END IF;

    INSERT INTO pages AS g (school_id, survey_id, participant_id, page_id, sequence)
    VALUES (p_school, p_survey, p_participant, p_page, p_sequence)
    ON CONFLICT (school_id, survey_id, participant_id, page_id)
    DO UPDATE SET sequence = excluded.sequence WHERE g.sequence < excluded.sequence;
    is_new := FOUND;

    IF is_new AND p_declines THEN
        DELETE FROM answers a
         WHERE a.school_id = p_school AND a.survey_id = p_survey AND a.participant_id = p_participant;
        DELETE FROM answer_versions v
         WHERE v.school_id = p_school AND v.survey_id = p_survey AND v.participant_id = p_participant;
    ELSIF is_new AND cardinality(p_questions) + cardinality(p_cleared) > 0 THEN
        INSERT INTO answer_versions
        SELECT a.* FROM answers a
         WHERE a.school_id = p_school AND a.survey_id = p_survey AND a.participant_id = p_participant
           AND a.question_id = ANY (p_questions || p_cleared) AND a.session_id <> p_session
        ON CONFLICT DO NOTHING;
        INSERT INTO answers (school_id, survey_id, participant_id, question_id, ciphertext, mark,
                             session_id, page_id, sequence, written_at)
        SELECT p_school, p_survey, p_participant, u.question_id, u.ciphertext, u.mark,
               p_session, p_page, p_sequence, p_at
          FROM unnest(p_questions, p_ciphertexts, p_marks) AS u (question_id, ciphertext, mark)
        ON CONFLICT (school_id, survey_id, participant_id, question_id)
        DO UPDATE SET ciphertext = excluded.ciphertext, mark = excluded.mark,
                      session_id = excluded.session_id, page_id = excluded.page_id,
                      sequence = excluded.sequence, written_at = excluded.written_at;
        IF cardinality(p_cleared) > 0 THEN
            DELETE FROM answers a
             WHERE a.school_id = p_school AND a.survey_id = p_survey AND a.participant_id = p_participant
               AND a.question_id = ANY (p_cleared);
        END IF;
    END IF;

    answered := 0;
    IF p_submits THEN
        SELECT count(*) INTO answered
          FROM answers a JOIN unnest(p_form, p_masks) AS f (question_id, mask)
            ON f.question_id = a.question_id AND f.mask = a.mark
         WHERE a.school_id = p_school AND a.survey_id = p_survey AND a.participant_id = p_participant;
    END IF;

    outcome := 'saved';
    new_state := before;
    IF NOT is_new THEN RETURN; END IF;
    new_state := CASE
        WHEN p_submits AND answered > 0 THEN 'submitted'
        WHEN p_submits THEN 'declined'
        WHEN before = 'not_started' THEN 'started'
        WHEN before IN ('submitted', 'declined') THEN 'returned'
        ELSE before END;
    IF p_submits AND handed_in_at IS NULL THEN handed_in_at := p_at; END IF;
    IF new_state <> before OR p_submits THEN
        UPDATE participants p
           SET state = new_state, submitted_at = handed_in_at,
               state_version = p.state_version + (new_state <> before)::integer
         WHERE p.school_id = p_school AND p.survey_id = p_survey AND p.participant_id = p_participant;
    END IF;
    IF new_state <> before THEN
        fact := array_position(p_states, new_state);
        INSERT INTO outbox (event_id, subject, payload, headers, survey_id, created_at)
        VALUES (p_event_ids[fact], p_subject, p_payloads[fact], p_headers[fact], p_survey, p_at);
    END IF;
END
$function$
