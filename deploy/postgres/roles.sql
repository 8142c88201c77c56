-- The two roles of one service. :owner and :app are replaced by their names (fixed words of deploy/services.py).
-- Passwords are set by provision.py, as verifiers, so that no password ever stands in a statement.
do $$
begin
  if not exists (select from pg_roles where rolname = ':owner') then
    create role :owner;
  end if;
  if not exists (select from pg_roles where rolname = ':app') then
    create role :app;
  end if;
end
$$;

alter role :owner login nosuperuser nobypassrls nocreatedb nocreaterole noreplication noinherit;
alter role :app login nosuperuser nobypassrls nocreatedb nocreaterole noreplication noinherit;

-- A migration waits briefly for a lock and gives up, rather than queueing everybody behind it.
alter role :owner set lock_timeout = '5s';

-- No call of a service may hang: these are the outermost bounds, each call sets its own below them.
alter role :app set statement_timeout = '60s';
alter role :app set lock_timeout = '10s';
alter role :app set idle_in_transaction_session_timeout = '60s';
