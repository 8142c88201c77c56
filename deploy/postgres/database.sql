-- Privileges in one service's database. :database, :owner and :app are replaced by their names.
-- A superuser runs this inside that database, in one transaction; running it again changes nothing.
revoke all on database :database from public;
grant connect on database :database to :owner, :app;

revoke all on schema public from public;
grant usage, create on schema public to :owner;
grant usage on schema public to :app;

-- Tables that the owner creates from now on: the app role may use them, and row-level security applies to it.
-- Another schema (participants) grants its privileges in its own migrations.
alter default privileges for role :owner in schema public
  grant select, insert, update, delete on tables to :app;
alter default privileges for role :owner in schema public
  grant usage, select on sequences to :app;
