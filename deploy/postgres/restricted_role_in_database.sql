-- Such a role may only connect to the service's database. The service's migrations grant all other privileges by name.
grant connect on database :database to :role;
grant usage on schema public to :role;
