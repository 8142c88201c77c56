"""One person's data in all services, for the taskforce's administrators: looking it up, reporting it, erasing it.

Which columns are about somebody stands in each service's `personal_data.toml`; here they are asked for
(`shared.privacy.subject_requests`, over HTTP where they are another service's) and put together.
"""
