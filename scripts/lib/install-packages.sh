# shellcheck shell=bash
# Installs what the build and the tests need and this machine lacks. To be sourced, after
# postgres-programs.sh.

# Libraries, the tool that finds them, Python for the scripts that are written in it, and what tests
# against a mail server need beside it.
quartermaster_packages=(
  libpq-dev libopenblas-dev zlib1g-dev libssl-dev libcurl4-openssl-dev pkg-config
  python3 python3-venv openssl curl
)

# Says how to get Swift, which no package of Debian or Ubuntu provides, and fails without it.
require_swift() {
  local version
  version=$(swift --version 2>/dev/null |
    sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1) || version=""
  case "$version" in
    "" | [0-5].* | 6.[01])
      complain "Swift 6.2 or later is needed${version:+, not $version}:" \
        "https://www.swift.org/install/linux"
      return 69
      ;;
  esac
}

install_packages() {
  local package missing=()
  for package in "${quartermaster_packages[@]}"; do
    is_installed "$package" || missing+=("$package")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    refresh_package_lists
    add_packages "${missing[@]}"
  fi
  postgres_programs >/dev/null || install_postgres
}

# The server comes without a cluster: Debian's package would make one and start it, which is the
# user's to decide. The setting lasts as long as the installation, so that his own stays his.
install_postgres() {
  local package folder=/etc/postgresql-common/createcluster.d
  refresh_package_lists
  package=$(postgres_package) || {
    complain "No PostgreSQL 15 to 17 among the packages of this machine: install one"
    return 69
  }
  add_packages postgresql-common
  as_root mkdir -p "$folder"
  trap 'as_root rm -f /etc/postgresql-common/createcluster.d/quartermaster.conf' EXIT
  echo "create_main_cluster = false" | as_root tee "$folder/quartermaster.conf" >/dev/null
  [ "$(cluster_setting)" = off ] || {
    complain "Installing $package would start a server: set create_main_cluster = false in" \
      "/etc/postgresql-common/createcluster.conf, or install $package yourself"
    return 69
  }
  add_packages "$package"
  as_root rm -f "$folder/quartermaster.conf"
  as_root rmdir --ignore-fail-on-non-empty "$folder"
  trap - EXIT
  postgres_programs >/dev/null || {
    complain "Package $package brought no PostgreSQL server of version 15 to 17"
    return 69
  }
}

# Whether Debian's package would make a cluster: "off" when not.
cluster_setting() {
  pg_conftool /etc/postgresql-common/createcluster.conf show -bs create_main_cluster
}

# The distribution's own server where its version will do, else the newest that will.
postgres_package() {
  local package
  for package in $(apt-cache depends postgresql 2>/dev/null | sed -n 's/.*Depends: //p') \
    postgresql-17 postgresql-16 postgresql-15; do
    case "$package" in
      postgresql-15 | postgresql-16 | postgresql-17)
        if apt-cache show "$package" >/dev/null 2>&1; then
          echo "$package"
          return 0
        fi
        ;;
    esac
  done
  return 1
}

is_installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# A repository of the user's that cannot be reached does not concern us: installing tells.
refresh_package_lists() {
  apt_get update || complain "Going on with the package lists of before"
}

add_packages() {
  complain "Installing $*"
  apt_get install --no-install-recommends "$@"
}

# Quiet unless it fails; waits for another apt rather than failing beside it.
apt_get() {
  local output
  command -v apt-get >/dev/null || {
    complain "Packages are missing and there is no apt-get; by their names in Debian:" \
      "${quartermaster_packages[*]} postgresql"
    return 69
  }
  output=$(as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -y -qq -o DPkg::Lock::Timeout=300 "$@" 2>&1) || {
    complain "$output"
    return 69
  }
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    complain "Installing packages needs root or sudo:" \
      "${quartermaster_packages[*]} postgresql"
    return 77
  fi
}

complain() { echo "$*" >&2; }
