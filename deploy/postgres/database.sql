-- One service's database and its three roles. Run it as a superuser, once per service; repeating it sets
-- passwords and rights anew and changes nothing else. PostgreSQL 17 or later, psql's own variables:
--   service, owner_password, app_password, jobs_password
-- They come through standard input, since an argument can be read in the list of processes:
--   cat identity.psql deploy/postgres/database.sql | psql
\set ON_ERROR_STOP on
\set QUIET on
-- PostgreSQL's log would keep the statement that holds a password.
set log_statement = 'none';
set log_min_error_statement = 'panic';

select :'service' || '_owner' as owner, :'service' || '_app' as app, :'service' || '_jobs' as jobs \gset

select format('create role %I', role) from (values (:'owner'), (:'app'), (:'jobs')) as wanted (role)
where role not in (select rolname from pg_roles) \gexec

-- The owner migrates, the app serves one school at a time, the jobs role knows ids and dates alone. None of them
-- can look past row-level security, whoever made the role before.
alter role :"owner" login nosuperuser nobypassrls nocreatedb nocreaterole noreplication password :'owner_password';
alter role :"app" login nosuperuser nobypassrls nocreatedb nocreaterole noreplication password :'app_password';
alter role :"jobs" login nosuperuser nobypassrls nocreatedb nocreaterole noreplication password :'jobs_password';

-- The provider that PostgreSQL brings itself sorts the same on every system, after every upgrade.
select format(
    'create database %I owner %I template template0 encoding ''UTF8'''
    ' locale ''C'' locale_provider builtin builtin_locale ''C.UTF-8''', :'service', :'owner')
where :'service' not in (select datname from pg_database) \gexec

\connect :"service"
revoke all on database :"service" from public;
grant connect, temporary on database :"service" to :"owner";
grant connect on database :"service" to :"app", :"jobs";
revoke all on schema public from public;
alter schema public owner to :"owner";
grant usage on schema public to :"app", :"jobs";
