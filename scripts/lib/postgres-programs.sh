# shellcheck shell=bash
# Where PostgreSQL's server programs are, and how to run them. To be sourced.

# Prints the folder of a server of version 15 to 17: what pg_config names, if a server is there,
# else Debian's folders, newest first.
postgres_programs() {
  local folder
  for folder in "$(pg_config --bindir 2>/dev/null || true)" \
    /usr/lib/postgresql/17/bin /usr/lib/postgresql/16/bin /usr/lib/postgresql/15/bin; do
    case "$("$folder/postgres" --version 2>/dev/null)" in
      "postgres (PostgreSQL) 15"* | "postgres (PostgreSQL) 16"* | "postgres (PostgreSQL) 17"*)
        echo "$folder"
        return 0
        ;;
    esac
  done
  return 1
}

# Runs a command as the account that may run the server, which refuses to run as root.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then
    setpriv --reuid=postgres --regid=postgres --init-groups -- "$@"
  else
    "$@"
  fi
}
