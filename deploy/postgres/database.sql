-- Who may do what in one service's database. :database, :owner and :app are replaced by their names.
-- Run inside that database by a superuser, in one transaction; running it again changes nothing.
revoke all on database :database from public;
grant connect on database :database to :owner, :app;

revoke all on schema public from public;
grant usage, create on schema public to :owner;
grant usage on schema public to :app;

-- Tables the owner makes from now on: the app role uses them and row-level security binds it.
-- A schema of its own (participants) grants for itself, in its own migrations.
alter default privileges for role :owner in schema public
  grant select, insert, update, delete on tables to :app;
alter default privileges for role :owner in schema public
  grant usage, select on sequences to :app;
