-- A role of a service without default privileges. :role is replaced by its name (a constant in deploy/services.py).
do $$
begin
  if not exists (select from pg_roles where rolname = ':role') then
    create role :role;
  end if;
end
$$;

alter role :role login nosuperuser nobypassrls nocreatedb nocreaterole noreplication noinherit;

-- The same limits as for the service's app role.
alter role :role set statement_timeout = '60s';
alter role :role set lock_timeout = '10s';
alter role :role set idle_in_transaction_session_timeout = '60s';
