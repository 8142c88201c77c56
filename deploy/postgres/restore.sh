#!/bin/sh
# Copies a base backup into the place of a lost cluster; PostgreSQL recovers it from the archive at the next start.
#
#   sh restore.sh BACKUP [TIME]
#
#   BACKUP   a folder under $ARCHIVE/base, made by pg_basebackup
#   TIME     recover up to this time ('2026-11-22 19:30:00+01'); without it, everything in the archive
#
#   PGDATA   the cluster's folder, which must be empty: the script deletes nothing
#   ARCHIVE  contains base/ and wal/; /archive by default
#
# Run it as PostgreSQL's account. docs/operations.md describes the steps before and after.
set -eu

archive=${ARCHIVE:-/archive}
backup=${1:?usage: restore.sh BACKUP [TIME]}
time=${2:-}
from="$archive/base/$backup"

say() { echo "restore.sh: $*" >&2; exit 1; }
[ -f "$from/backup_label" ] || say "$from is no base backup"
[ -d "$PGDATA" ] || say "there is no folder $PGDATA"
[ -z "$(ls -A "$PGDATA")" ] || say "$PGDATA is not empty: move what is in it away first"

cp -Rp "$from/." "$PGDATA/"
chmod 0700 "$PGDATA"

# Always write the target: the backup may come from a cluster that was itself recovered to a target.
cat >> "$PGDATA/postgresql.auto.conf" <<END
restore_command = 'gunzip -c $archive/wal/%f.gz > %p'
recovery_target_time = '$time'
recovery_target_action = 'promote'
END
touch "$PGDATA/recovery.signal"
sync
if [ -n "$time" ]; then until="what was committed by $time"; else until="everything the archive holds"; fi
echo "$backup is in place; the next start recovers $until"
