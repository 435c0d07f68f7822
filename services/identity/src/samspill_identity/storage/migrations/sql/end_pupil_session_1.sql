-- Ends the session with this hash; repeating it changes nothing.
CREATE FUNCTION end_pupil_session(p_token_hash bytea, p_now timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    PERFORM set_config('app.lookup', encode(p_token_hash, 'hex'), true);
    UPDATE pupil_sessions SET ended_at = p_now
        WHERE token_hash = p_token_hash AND ended_at IS NULL;
END
$$
