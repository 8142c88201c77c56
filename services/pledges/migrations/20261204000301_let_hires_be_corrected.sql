-- migrate:up
set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- A case worker corrects at which company somebody works; the hire's history says who did, and when.
grant update (company_name, company_cvr, company_p_number, company_municipality, company_id, municipality, flags)
  on hires to tilsagn_pledges_app;

-- Why a hire has ended may say something about somebody's health, so it is emptied after its deadline, as on the hire.
grant update (reason) on hire_changes to tilsagn_pledges_app;

-- migrate:down
-- forward only: dbmate needs the block, and it stays empty
