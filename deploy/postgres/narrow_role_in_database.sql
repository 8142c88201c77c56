-- What such a role may do in the service's database: enter it. The service's migrations grant the rest, by name.
grant connect on database :database to :role;
grant usage on schema public to :role;
