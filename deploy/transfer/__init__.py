"""Moving an installation from one machine to servers: its four databases and its keys, in one file.

    parcel      the file: what is in it, writing it whole or not at all, and finding out that it is damaged
    programs    PostgreSQL's own pg_dump and pg_restore
    packing     from the stopped installation of `tilsagn up` into a file
    unpacking   from a file into the empty databases of a deployment, all four or none

Backups of a deployment are PostgreSQL's own business (docs/operations.md).
"""
