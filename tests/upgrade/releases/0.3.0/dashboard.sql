INSERT INTO public.attendances VALUES
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', '59a79ff9-3b7c-57fd-bd36-bea782f05921', 1, '2026-11-30 09:41:52.875358+00', 'a7264f73-e66a-5103-9eac-001ea0a5146f', '1dfe9faa-bc18-5d9c-8b2d-39c935d0b144', '2026-11-30 09:41:52.875358+00', '2026-11-30', '{"(companies_present,2026-11-30,1,,a7264f73-e66a-5103-9eac-001ea0a5146f)"}', NULL),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', '788ffd08-9af6-5ce0-92c9-a35d85647cb9', 1, '2026-11-30 09:41:52.879169+00', 'a7264f73-e66a-5103-9eac-001ea0a5146f', '857726ff-fce3-5a19-9283-1a972a48c3c1', '2026-11-30 09:41:52.879169+00', '2026-11-30', '{"(companies_present,2026-11-30,1,,a7264f73-e66a-5103-9eac-001ea0a5146f)"}', NULL),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', '720dbce3-2700-5fc5-81a6-970567f11a3c', 1, '2026-11-30 09:41:52.901705+00', 'a7264f73-e66a-5103-9eac-001ea0a5146f', '24c173d4-1d9f-544d-9672-9e4f076983b9', '2026-11-30 09:41:52.901705+00', '2026-11-30', '{"(companies_present,2026-11-30,1,,a7264f73-e66a-5103-9eac-001ea0a5146f)"}', NULL),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'a22257f6-25b0-55c0-aeb6-81555827035b', 1, '2026-11-30 09:41:52.90142+00', 'a7264f73-e66a-5103-9eac-001ea0a5146f', '3e85689b-6572-5c76-b70d-fe3dd06e3f1c', '2026-11-30 09:41:52.90142+00', '2026-11-30', '{"(companies_present,2026-11-30,1,,a7264f73-e66a-5103-9eac-001ea0a5146f)"}', NULL),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', '032a1801-ae6d-5c8f-b103-6c1f2f6175a3', 1, '2026-11-30 09:41:52.92118+00', 'a7264f73-e66a-5103-9eac-001ea0a5146f', 'd8da3332-d652-5885-9a50-a5a36307074e', '2026-11-30 09:41:52.92118+00', '2026-11-30', '{"(companies_present,2026-11-30,1,,a7264f73-e66a-5103-9eac-001ea0a5146f)"}', NULL),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'f3dda8fc-8e22-5bf2-87e5-4b42a51398e9', 1, '2026-11-30 09:41:52.924787+00', 'a7264f73-e66a-5103-9eac-001ea0a5146f', '84a2615b-e94b-5e47-8e85-98b5b3f30e47', '2026-11-30 09:41:52.924787+00', '2026-11-30', '{"(companies_present,2026-11-30,1,,a7264f73-e66a-5103-9eac-001ea0a5146f)"}', NULL);

INSERT INTO public.companies VALUES
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', '1dfe9faa-bc18-5d9c-8b2d-39c935d0b144', 1, '2026-11-30 09:41:52.240233+00', false, 'Guldblomme Grønt Engros A/S', '96066287', '0661', NULL, true, '{}'),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', '3e85689b-6572-5c76-b70d-fe3dd06e3f1c', 1, '2026-11-30 09:41:52.305649+00', false, 'Isfuglen Kølemontage ApS', '93971957', '0671', NULL, true, '{}'),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', '24c173d4-1d9f-544d-9672-9e4f076983b9', 1, '2026-11-30 09:41:52.356084+00', false, 'Lærkereden Friplejehjem ApS', '94440688', '0671', NULL, false, '{}'),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'd8da3332-d652-5885-9a50-a5a36307074e', 1, '2026-11-30 09:41:52.397101+00', false, 'Marehalm Camping ApS', '93842308', '0671', NULL, false, '{}'),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', '84a2615b-e94b-5e47-8e85-98b5b3f30e47', 1, '2026-11-30 09:41:52.439795+00', false, 'Porsebuskens Boligservice ApS', '97412642', '0661', NULL, false, '{}'),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', '857726ff-fce3-5a19-9283-1a972a48c3c1', 1, '2026-11-30 09:41:52.481483+00', false, 'Slåenhækken Plejehjem ApS', '92854981', '0665', NULL, false, '{}'),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', '00000000-0000-0000-0000-000000000007', 1, '2026-11-30 09:41:52.521861+00', true, NULL, NULL, NULL, NULL, false, '{}');

INSERT INTO public.contributions VALUES
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'attendances', '59a79ff9-3b7c-57fd-bd36-bea782f05921', 1, '2026-11-30 09:41:52.875358+00', '{"(companies_present,2026-11-30,1,,a7264f73-e66a-5103-9eac-001ea0a5146f)"}'),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'attendances', '788ffd08-9af6-5ce0-92c9-a35d85647cb9', 1, '2026-11-30 09:41:52.879169+00', '{"(companies_present,2026-11-30,1,,a7264f73-e66a-5103-9eac-001ea0a5146f)"}'),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'attendances', '720dbce3-2700-5fc5-81a6-970567f11a3c', 1, '2026-11-30 09:41:52.901705+00', '{"(companies_present,2026-11-30,1,,a7264f73-e66a-5103-9eac-001ea0a5146f)"}'),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'attendances', 'a22257f6-25b0-55c0-aeb6-81555827035b', 1, '2026-11-30 09:41:52.90142+00', '{"(companies_present,2026-11-30,1,,a7264f73-e66a-5103-9eac-001ea0a5146f)"}'),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'attendances', '032a1801-ae6d-5c8f-b103-6c1f2f6175a3', 1, '2026-11-30 09:41:52.92118+00', '{"(companies_present,2026-11-30,1,,a7264f73-e66a-5103-9eac-001ea0a5146f)"}'),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'attendances', 'f3dda8fc-8e22-5bf2-87e5-4b42a51398e9', 1, '2026-11-30 09:41:52.924787+00', '{"(companies_present,2026-11-30,1,,a7264f73-e66a-5103-9eac-001ea0a5146f)"}'),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'pledge_versions', '4917c809-7261-432a-9885-4468f38b90b3', 1, '2026-11-30 09:41:53.003807+00', '{"(pledged_positions,2026-11-30,1,smaajob,a7264f73-e66a-5103-9eac-001ea0a5146f)"}'),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'pledge_versions', '65144563-237b-40fa-892d-14c861e90cf4', 1, '2026-11-30 09:41:53.022793+00', '{"(pledged_positions,2026-11-30,1,smaajob,a7264f73-e66a-5103-9eac-001ea0a5146f)"}'),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'pledge_versions', 'afbac47d-cd9a-4ef7-933f-1f6c13a0f1c4', 1, '2026-11-30 09:41:53.029203+00', '{"(pledged_positions,2026-11-30,1,smaajob,a7264f73-e66a-5103-9eac-001ea0a5146f)"}'),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'pledge_versions', 'ba7e5bde-44d4-4264-8844-2adddf15c781', 2, '2026-11-30 09:41:53.852221+00', '{"(pledged_positions,2026-11-30,1,smaajob,a7264f73-e66a-5103-9eac-001ea0a5146f)"}'),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'hire_versions', '00000000-0000-4000-8000-00000000000b', 1, '2026-11-30 09:41:53.852221+00', '{"(hires_from_pledges,2026-11-30,1,smaajob,a7264f73-e66a-5103-9eac-001ea0a5146f)"}'),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'pledge_versions', 'b46b6204-09f3-4a39-8e84-1b5cc78ce507', 2, '2026-11-30 09:41:53.850382+00', '{"(pledged_positions,2026-11-30,1,smaajob,a7264f73-e66a-5103-9eac-001ea0a5146f)"}'),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'hire_versions', '00000000-0000-4000-8000-00000000000a', 1, '2026-11-30 09:41:53.850382+00', '{"(hires_from_pledges,2026-11-30,1,smaajob,a7264f73-e66a-5103-9eac-001ea0a5146f)"}'),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'pledge_versions', '00000000-0000-4000-8000-000000000009', 1, '2026-11-30 09:41:53.925558+00', '{"(pledged_positions,2026-11-30,1,smaajob,a7264f73-e66a-5103-9eac-001ea0a5146f)"}');

INSERT INTO public.deltas VALUES
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'day', '2026-11-30', 'companies_present', NULL, 'a7264f73-e66a-5103-9eac-001ea0a5146f', 6),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'quarter', '2026-10-01', 'companies_present', NULL, 'a7264f73-e66a-5103-9eac-001ea0a5146f', 6),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'day', '2026-11-30', 'hires_from_pledges', 'smaajob', 'a7264f73-e66a-5103-9eac-001ea0a5146f', 2),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'quarter', '2026-10-01', 'hires_from_pledges', 'smaajob', 'a7264f73-e66a-5103-9eac-001ea0a5146f', 2),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'day', '2026-11-30', 'pledged_positions', 'smaajob', 'a7264f73-e66a-5103-9eac-001ea0a5146f', 6),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'quarter', '2026-10-01', 'pledged_positions', 'smaajob', 'a7264f73-e66a-5103-9eac-001ea0a5146f', 6);

INSERT INTO public.employer_events VALUES
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'a7264f73-e66a-5103-9eac-001ea0a5146f', 1, '2026-11-30 09:41:52.678303+00', 'employer_event', 'draft', 'Virksomhedsaften hos B&O', 'B&O, Struer', '2026-11-30 16:00:00+00', '2026-11-30 20:00:00+00', '2026-11-30', 50, '{}'),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'a7264f73-e66a-5103-9eac-001ea0a5146f', 2, '2026-11-30 09:41:52.690834+00', 'employer_event', 'published', 'Virksomhedsaften hos B&O', 'B&O, Struer', '2026-11-30 16:00:00+00', '2026-11-30 20:00:00+00', '2026-11-30', 50, '{}'),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'a7264f73-e66a-5103-9eac-001ea0a5146f', 3, '2026-11-30 09:41:52.705508+00', 'employer_event', 'open', 'Virksomhedsaften hos B&O', 'B&O, Struer', '2026-11-30 16:00:00+00', '2026-11-30 20:00:00+00', '2026-11-30', 50, '{}');

INSERT INTO public.generations OVERRIDING SYSTEM VALUE VALUES
	(1, 'serving', '2026-11-30 09:41:46.444764+00');

INSERT INTO public.hire_versions VALUES
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', '00000000-0000-4000-8000-00000000000b', 1, '2026-11-30 09:41:53.852221+00', 'ba7e5bde-44d4-4264-8844-2adddf15c781', 'cfff91ad-667a-5820-9d7a-53dc2a3da919', 'a7264f73-e66a-5103-9eac-001ea0a5146f', '3e85689b-6572-5c76-b70d-fe3dd06e3f1c', '0671', 'smaajob', '2026-11-30', 5.00, '2026-11-30 09:41:53.852221+00', '2026-11-30', NULL, '{"(hires_from_pledges,2026-11-30,1,smaajob,a7264f73-e66a-5103-9eac-001ea0a5146f)"}'),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', '00000000-0000-4000-8000-00000000000a', 1, '2026-11-30 09:41:53.850382+00', 'b46b6204-09f3-4a39-8e84-1b5cc78ce507', '5a24ef9b-0b7d-573e-83fd-5248bf62b7c2', 'a7264f73-e66a-5103-9eac-001ea0a5146f', '1dfe9faa-bc18-5d9c-8b2d-39c935d0b144', '0661', 'smaajob', '2026-11-30', 5.00, '2026-11-30 09:41:53.850382+00', '2026-11-30', NULL, '{"(hires_from_pledges,2026-11-30,1,smaajob,a7264f73-e66a-5103-9eac-001ea0a5146f)"}');

INSERT INTO public.pledge_versions VALUES
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', '4917c809-7261-432a-9885-4468f38b90b3', 1, '2026-11-30 09:41:53.003807+00', 'logged', 'smaajob', 1, 0, 0, 10.00, 15.00, 'a7264f73-e66a-5103-9eac-001ea0a5146f', '24c173d4-1d9f-544d-9672-9e4f076983b9', '0671', 'phone', '2026-11-30 09:41:52.997039+00', '2026-11-30 09:41:53.003807+00', '2026-11-30', '{"(pledged_positions,2026-11-30,1,smaajob,a7264f73-e66a-5103-9eac-001ea0a5146f)"}', true),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'b46b6204-09f3-4a39-8e84-1b5cc78ce507', 1, '2026-11-30 09:41:52.97807+00', 'logged', 'smaajob', 1, 0, 0, 5.00, 8.00, 'a7264f73-e66a-5103-9eac-001ea0a5146f', '1dfe9faa-bc18-5d9c-8b2d-39c935d0b144', '0661', 'phone', '2026-11-30 09:41:52.967647+00', '2026-11-30 09:41:52.97807+00', '2026-11-30', '{"(pledged_positions,2026-11-30,1,smaajob,a7264f73-e66a-5103-9eac-001ea0a5146f)"}', true),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'ba7e5bde-44d4-4264-8844-2adddf15c781', 1, '2026-11-30 09:41:52.989426+00', 'logged', 'smaajob', 1, 0, 0, 5.00, 8.00, 'a7264f73-e66a-5103-9eac-001ea0a5146f', '3e85689b-6572-5c76-b70d-fe3dd06e3f1c', '0671', 'phone', '2026-11-30 09:41:52.980258+00', '2026-11-30 09:41:52.989426+00', '2026-11-30', '{"(pledged_positions,2026-11-30,1,smaajob,a7264f73-e66a-5103-9eac-001ea0a5146f)"}', true),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', '65144563-237b-40fa-892d-14c861e90cf4', 1, '2026-11-30 09:41:53.022793+00', 'logged', 'smaajob', 1, 0, 0, 8.00, 12.00, 'a7264f73-e66a-5103-9eac-001ea0a5146f', 'd8da3332-d652-5885-9a50-a5a36307074e', '0671', 'phone', '2026-11-30 09:41:53.018244+00', '2026-11-30 09:41:53.022793+00', '2026-11-30', '{"(pledged_positions,2026-11-30,1,smaajob,a7264f73-e66a-5103-9eac-001ea0a5146f)"}', true),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'afbac47d-cd9a-4ef7-933f-1f6c13a0f1c4', 1, '2026-11-30 09:41:53.029203+00', 'logged', 'smaajob', 1, 0, 0, 10.00, 15.00, 'a7264f73-e66a-5103-9eac-001ea0a5146f', '84a2615b-e94b-5e47-8e85-98b5b3f30e47', '0661', 'phone', '2026-11-30 09:41:53.024584+00', '2026-11-30 09:41:53.029203+00', '2026-11-30', '{"(pledged_positions,2026-11-30,1,smaajob,a7264f73-e66a-5103-9eac-001ea0a5146f)"}', true),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'ba7e5bde-44d4-4264-8844-2adddf15c781', 2, '2026-11-30 09:41:53.852221+00', 'fulfilled', 'smaajob', 1, 1, 0, 5.00, 8.00, 'a7264f73-e66a-5103-9eac-001ea0a5146f', '3e85689b-6572-5c76-b70d-fe3dd06e3f1c', '0671', 'phone', '2026-11-30 09:41:52.980258+00', '2026-11-30 09:41:52.989426+00', '2026-11-30', '{"(pledged_positions,2026-11-30,1,smaajob,a7264f73-e66a-5103-9eac-001ea0a5146f)"}', true),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 'b46b6204-09f3-4a39-8e84-1b5cc78ce507', 2, '2026-11-30 09:41:53.850382+00', 'fulfilled', 'smaajob', 1, 1, 0, 5.00, 8.00, 'a7264f73-e66a-5103-9eac-001ea0a5146f', '1dfe9faa-bc18-5d9c-8b2d-39c935d0b144', '0661', 'phone', '2026-11-30 09:41:52.967647+00', '2026-11-30 09:41:52.97807+00', '2026-11-30', '{"(pledged_positions,2026-11-30,1,smaajob,a7264f73-e66a-5103-9eac-001ea0a5146f)"}', true),
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', '00000000-0000-4000-8000-000000000009', 1, '2026-11-30 09:41:53.925558+00', 'logged', 'smaajob', 1, 0, 0, 10.00, 15.00, 'a7264f73-e66a-5103-9eac-001ea0a5146f', '24c173d4-1d9f-544d-9672-9e4f076983b9', '0671', 'phone', '2026-11-30 09:41:53.89141+00', '2026-11-30 09:41:53.925558+00', '2026-11-30', '{"(pledged_positions,2026-11-30,1,smaajob,a7264f73-e66a-5103-9eac-001ea0a5146f)"}', true);

INSERT INTO public.taskforces VALUES
	(1, 'c37b6a94-295e-5ac2-a443-5672fba0dc43', 1, '2026-11-30 09:41:47.999805+00', 'struer', 'Code of Care Struer', '0671', '2018-05-01', '{}');

SELECT pg_catalog.setval('public.generations_generation_seq', 1, true);

SELECT pg_catalog.setval('public.outbox_position_seq', 1, false);
