-- The two roles of one service. :owner and :app are replaced by their names (constants in deploy/services.py).
-- provision.py sets passwords as SCRAM verifiers, so no statement contains a password.
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

-- A migration waits briefly for a lock and then fails, because other statements queue behind it.
alter role :owner set lock_timeout = '5s';

-- No statement of a service may hang: these are the maximum limits, and each call sets lower ones.
alter role :app set statement_timeout = '60s';
alter role :app set lock_timeout = '10s';
alter role :app set idle_in_transaction_session_timeout = '60s';
