-- A restricted role that has the privileges of the service's app role besides its own: what concerns a participant and a
-- hire is changed in one transaction. It cannot become the app role, and the app role has none of its privileges.
grant :app to :role with inherit true, set false, admin false;
