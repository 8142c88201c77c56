"""Moves an installation from one machine to servers: four databases and the keys, in one file.

    export_file         the format of the file: writing it atomically, reading it, checking its integrity
    postgres_programs   runs pg_dump and pg_restore
    exporting           writes a stopped installation of `tilsagn up` into a file
    importing           imports a file into the empty databases of a deployment, all four or none

Backups of a deployment use PostgreSQL's own tools (docs/operations.md).
"""
