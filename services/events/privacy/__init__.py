"""One person's data in all services, for administrators: looking it up, reporting it, erasing it.

Each service's `personal_data.toml` lists its columns. This package asks every service
(`shared.privacy.subject_requests`, over HTTP for the others) and combines the answers. It also holds this service's own
part: retention and subject lookups.
"""
